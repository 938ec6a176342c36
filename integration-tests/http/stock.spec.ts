import { admin, api, describeStore, eventually, newShopper, recommend } from "./demo-store"

/** The acceptance: a change of stock is seen within this time. */
const SECOND = 1_000

interface Level {
  inventory_item_id: string
  location_id: string
  stocked_quantity: number
}

describeStore("stock", () => {
  let auth: { Authorization: string }
  const held: Level[] = []

  const setStock = ({ inventory_item_id, location_id }: Level, stocked_quantity: number) =>
    api()
      .post(`/admin/inventory-items/${inventory_item_id}/location-levels/${location_id}`)
      .set(auth)
      .send({ stocked_quantity })
      .expect(200)

  /** Stock of all variants of a product; undefined where one of them is not managed. */
  const levelsOf = async (productId: string): Promise<Level[] | undefined> => {
    const fields =
      "variants.manage_inventory,variants.allow_backorder,variants.inventory_items.inventory_item_id"
    const { body } = await api().get(`/admin/products/${productId}?fields=${fields}`).set(auth).expect(200)
    const levels: Level[] = []
    for (const variant of body.product.variants) {
      if (!variant.manage_inventory || variant.allow_backorder) return undefined
      for (const { inventory_item_id } of variant.inventory_items) {
        const { body: answer } = await api()
          .get(`/admin/inventory-items/${inventory_item_id}/location-levels`)
          .set(auth)
          .expect(200)
        levels.push(...answer.inventory_levels)
      }
    }
    return levels
  }

  const shownIn = async (placement: string) => {
    const { body } = await recommend({ placement, limit: 50 }, newShopper())
    return body.items.map((item: { product_id: string }) => item.product_id) as string[]
  }

  beforeAll(async () => {
    auth = await admin()
  })
  afterAll(async () => {
    for (const level of held) await setStock(level, level.stocked_quantity)
  })

  it("takes a sold-out product off the lists within a second, and puts it back", async () => {
    const ids = await shownIn("trending")
    let found: string | undefined
    for (const id of ids) {
      const levels = await levelsOf(id)
      if (!levels?.length) continue
      found = id
      held.push(...levels)
      break
    }
    if (found === undefined)
      throw new Error("no product on the list has managed stock: nothing can be proved here")
    const gone = found
    for (const level of held) await setStock(level, 0)
    const without = await eventually(
      () => shownIn("trending"),
      (shown) => !shown.includes(gone),
      SECOND
    )
    expect(without).not.toContain(gone)
    for (const level of held) await setStock(level, Math.max(1, level.stocked_quantity))
    const again = await eventually(
      () => shownIn("trending"),
      (shown) => shown.includes(gone),
      SECOND
    )
    expect(again).toContain(gone)
  })
})

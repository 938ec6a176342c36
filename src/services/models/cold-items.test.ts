import { Random } from "../lib"
import { fitContext, trainingFixture, wordProduct, type FixtureSession } from "../testing/training-fixture"
import type { ColdItems } from "./cold-items"
import { coldItems } from "./cold-items"

const KINDS = ["lamp", "chair", "mug", "book"]
const PER_KIND = 12

const known = KINDS.flatMap((kind) =>
  Array.from({ length: PER_KIND }, (_, i) => wordProduct(`${kind}${i}`, `${kind} number ${i}`))
)
const unseen = KINDS.map((kind) => wordProduct(`${kind}-new`, `the new ${kind}`))

/** Shoppers who stay with one kind. */
function sessions(): FixtureSession[] {
  const random = new Random(5)
  return Array.from({ length: 400 }, (_, user) => {
    const kind = KINDS[user % KINDS.length]
    const items = Array.from({ length: 5 }, () => `${kind}${random.int(PER_KIND)}`)
    return { items: [...new Set(items)], user: `u${user}` }
  })
}

async function fitted(products = [...known, ...unseen], options: Record<string, unknown> = {}) {
  const model = coldItems.create({ dimensions: 16, ...options }) as ColdItems
  await model.fit(trainingFixture(sessions(), products), fitContext())
  return model
}
const rankOf = (model: ColdItems, kind: string, id: string) =>
  model.recommend({ history: [`${kind}1`, `${kind}2`] }, 100).findIndex((hit) => hit.id === id)

describe("cold-items", () => {
  it("recommends a product that nobody has seen to those who like its kind", async () => {
    const model = await fitted()
    for (const kind of KINDS) {
      expect(rankOf(model, kind, `${kind}-new`)).toBeGreaterThanOrEqual(0)
      expect(rankOf(model, kind, `${kind}-new`)).toBeLessThan(PER_KIND + 1)
      for (const other of KINDS) {
        if (other !== kind)
          expect(rankOf(model, kind, `${kind}-new`)).toBeLessThan(rankOf(model, kind, `${other}-new`))
      }
    }
  })

  it("makes a product known that came after the training, and loses nothing", async () => {
    const model = await fitted(known)
    expect(rankOf(model, "mug", "mug-new")).toBe(-1)
    const before = model.itemFactors()
    model.addProducts(unseen.map((product) => ({ product })))
    model.addProducts([{ product: unseen[0] }, { product: known[0] }, { product: wordProduct("mute", "") }])
    const after = model.itemFactors()
    expect(after.ids).toEqual([...before.ids, ...unseen.map(({ id }) => id)])
    expect(after.values.subarray(0, before.values.length)).toEqual(before.values)
    expect(rankOf(model, "mug", "mug-new")).toBeLessThan(PER_KIND + 1)
    expect(rankOf(model, "mug", "mug-new")).toBeLessThan(rankOf(model, "mug", "lamp-new"))
    const again = coldItems.create({ dimensions: 16 }) as ColdItems
    again.load(structuredClone(model.save()))
    expect(again.itemFactors()).toEqual(after)
  })

  it("trusts a learned factor the more, the more interactions it has", async () => {
    const products = [...known, ...unseen]
    const distance = async (trust: number) => {
      const [mixed, learned] = [await fitted(products, { trust }), await fitted(products, { trust: 1e-9 })]
      const row = mixed.itemFactors().ids.indexOf("lamp3")
      const [a, b] = [mixed, learned].map((model) => {
        const { dimension, values } = model.itemFactors()
        return values.subarray(row * dimension, (row + 1) * dimension)
      })
      return Math.hypot(...a.map((value, f) => value - b[f]))
    }
    expect(await distance(1)).toBeLessThan(await distance(100))
  })
})

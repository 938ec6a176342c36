import { NOBODY, type Demand } from "../../../src/services/features"
import { context } from "../../../src/services/ranking/features/context"
import { product, TestCatalog } from "../../../src/services/testing/planted-shop"
import type { Numbered, Rated } from "./rated"

/** The plugin's own rank feature `context`, to which likes are what is wanted and kinds are categories. */
export class PluginFeature {
  private readonly catalog: TestCatalog
  private readonly general: Demand
  private readonly here: readonly Demand[]

  constructor(
    ratings: readonly Rated[],
    private readonly set: Numbered
  ) {
    this.catalog = new TestCatalog(
      set.kindsOf.map((kinds, item) =>
        product(`${item}`, "", { categories: kinds.map((kind) => ({ id: `${kind}`, name: `${kind}` })) })
      )
    )
    const likes = ratings.filter(({ liked }) => liked)
    this.general = demandOf(likes, set)
    this.here = Array.from({ length: set.values }, (_, value) =>
      demandOf(
        likes.filter(({ situation }) => situation.includes(value)),
        set
      )
    )
  }

  /** One value an item, into `values`. */
  of(situation: readonly number[], values: Float64Array): void {
    const of = context.prepare({
      ...{ shopper: NOBODY, context: { now: 0, salesChannelIds: [] }, catalog: this.catalog, seeds: [] },
      demand: {
        general: this.general,
        here: situation.map((value) => ({ signal: `${value}`, demand: this.here[value] })),
      },
    })
    for (let item = 0; item < this.set.items; item++)
      values[item] = of?.(this.catalog.cards.numberOf(`${item}`), `${item}`) ?? 0
  }
}

function demandOf(likes: readonly Rated[], { items, kinds, kindsOf }: Numbered): Demand {
  const ofItem = new Float64Array(items)
  const ofKind = new Float64Array(kinds)
  for (const { item } of likes) {
    ofItem[item]++
    for (const kind of kindsOf[item]) ofKind[kind]++
  }
  return { total: likes.length, product: (id) => ofItem[Number(id)], category: (id) => ofKind[Number(id)] }
}

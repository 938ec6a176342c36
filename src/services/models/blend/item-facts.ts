import type { Artifact } from "../../lib"
import { ItemTable } from "../item-table"
import type { TrainingData } from "../training-data"

/** Newest share of the interactions that says what is in demand now. */
const NEWEST = 0.1

/** What a ranker knows of an item whoever asks: demand, and to what it belongs. */
export class ItemFacts {
  private constructor(
    private readonly items: ItemTable,
    /** ln(1 + interactions) */
    readonly demand: Float32Array,
    /** ln(1 + interactions in the newest tenth) */
    readonly demandNow: Float32Array,
    /** Number of the most specific category, −1 = none. */
    readonly leaf: Int32Array,
    /** Number of the collection or of the least specific category, −1 = none. */
    readonly root: Int32Array
  ) {}

  static empty(): ItemFacts {
    const none = new Int32Array(0)
    return new ItemFacts(new ItemTable([]), new Float32Array(0), new Float32Array(0), none, none)
  }

  static of({ interactions: { item, itemIds }, products }: TrainingData): ItemFacts {
    const items = new ItemTable([...new Set([...itemIds, ...products.map(({ id }) => id)])])
    const demand = new Float32Array(items.size)
    const demandNow = new Float32Array(items.size)
    const newest = Math.floor(item.length * (1 - NEWEST))
    for (let row = 0; row < item.length; row++) {
      demand[item[row]]++
      if (row >= newest) demandNow[item[row]]++
    }
    const groups = new Map<string, number>()
    const number = (name: string | undefined) => {
      if (name === undefined) return -1
      if (!groups.has(name)) groups.set(name, groups.size)
      return groups.get(name)!
    }
    const leaf = new Int32Array(items.size).fill(-1)
    const root = new Int32Array(items.size).fill(-1)
    for (const { id, categories, collection } of products) {
      const at = items.numberOf(id)
      leaf[at] = number(categories.at(-1)?.id)
      root[at] = number(collection ?? categories[0]?.id)
    }
    return new ItemFacts(items, demand.map(Math.log1p), demandNow.map(Math.log1p), leaf, root)
  }

  numberOf(id: string): number {
    return this.items.numberOf(id)
  }

  save(): Artifact {
    const { demand, demandNow, leaf, root } = this
    return { meta: {}, arrays: { items: this.items.pack(), demand, demandNow, leaf, root } }
  }

  static load({ arrays }: Artifact): ItemFacts {
    return new ItemFacts(
      ItemTable.unpack(arrays.items),
      arrays.demand as Float32Array,
      arrays.demandNow as Float32Array,
      arrays.leaf as Int32Array,
      arrays.root as Int32Array
    )
  }
}

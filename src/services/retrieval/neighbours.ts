import { LRUCache } from "lru-cache"
import type { Scored } from "../lib"
import type { VectorIndex } from "./vector-index.port"

/** Lists remembered: of 100 products each, about 25 MB. */
const REMEMBERED = 20_000

/** Ids and scores apart: half the memory of a list of pairs. */
interface List {
  ids: readonly string[]
  scores: Float32Array
  /** There are no more. */
  all: boolean
}

const NONE: List = { ids: [], scores: new Float32Array(), all: true }

function scored({ ids, scores }: List, k: number): Scored[] {
  const found: Scored[] = new Array(Math.min(k, ids.length))
  for (let i = 0; i < found.length; i++) found[i] = { id: ids[i], score: scores[i] }
  return found
}

/**
 * The nearest products of a product, remembered: they are the same for every shopper, and a search costs more than all
 * else of a list. What is remembered is forgotten with every change of the index.
 */
export class Neighbours {
  private readonly lists: LRUCache<string, List>
  private readonly searching = new Map<string, Promise<List>>()
  /** Counts the changes of the index: what was searched before one is not remembered after it. */
  private changes = 0

  constructor(
    private readonly index: Pick<VectorIndex, "search">,
    private readonly vectorOf: (id: string) => Float32Array | undefined,
    max = REMEMBERED
  ) {
    this.lists = new LRUCache({ max })
  }

  /**
   * The neighbours of each: best first, at most `k`, without the product itself; none of a product without a vector.
   * One search at most: of those that are not remembered only the first is looked for, and the others have none yet. A
   * shopper who looks from product to product brings one new one at a time.
   */
  async of(ids: readonly string[], k: number): Promise<Scored[][]> {
    let searched = false
    const lists = ids.map((id) => {
      const held = this.lists.get(id)
      if (held && (held.ids.length >= k || held.all)) return held
      const vector = searched ? undefined : this.vectorOf(id)
      if (!vector) return NONE
      searched = true
      return this.search(id, vector, k)
    })
    return (await Promise.all(lists)).map((list) => scored(list, k))
  }

  /** The index has changed. */
  clear(): void {
    this.changes++
    this.lists.clear()
    this.searching.clear()
  }

  /** Those who ask for the same at the same time share one search. */
  private search(id: string, vector: Float32Array, k: number): Promise<List> {
    const key = `${k} ${id}`
    let list = this.searching.get(key)
    if (list) return list
    const before = this.changes
    const searched = this.index.search(vector, k + 1).then((found) => {
      // Its own vector comes back first, or not at all when others are just as near.
      const others = found.filter((one) => one.id !== id).slice(0, k)
      const made = {
        ids: others.map((one) => one.id),
        scores: Float32Array.from(others, ({ score }) => score),
        all: others.length < k,
      }
      if (before === this.changes) this.lists.set(id, made)
      return made
    })
    list = searched.finally(() => {
      if (before === this.changes) this.searching.delete(key)
    })
    this.searching.set(key, list)
    return list
  }
}

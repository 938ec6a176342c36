import { linesOf } from "./lines"

/** What an online shop's visitors did with an item, as its pages showed it. */
export interface ItemRelations {
  category: string
  /** "Also bought": complements, for the most part. */
  alsoBought: string[]
  /** "Also viewed": substitutes, for the most part. */
  alsoViewed: string[]
}

const idsOf = (list: string): string[] => list.match(/\d+/g) ?? []

/** `item_meta.tsv` of ReChorus: item_id, i_category, r_complement, r_substitute; the lists are written `[1, 2]`. */
export async function readItemRelations(
  folder: string,
  file: string
): Promise<ReadonlyMap<string, ItemRelations>> {
  const relations = new Map<string, ItemRelations>()
  let isHeader = true
  for await (const line of linesOf(folder, file)) {
    const [id, category, bought = "", viewed = ""] = line.split("\t")
    if (!isHeader && id) relations.set(id, { category, alsoBought: idsOf(bought), alsoViewed: idsOf(viewed) })
    isHeader = false
  }
  return relations
}

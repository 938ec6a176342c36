import type { Catalog } from "../../features"
import type { Ranked } from "../ranker.port"
import { Arrangement, type ArrangementInput } from "./arrangement"
import type { CompiledRule, ListSituation, RuleEffect, RuleTouch } from "./compiled-rule"
import type { Rule } from "./rule"
import { RULE_TYPES } from "./types/registry"

/** How far below the worst score zero lies, as a share of the range, where a ranker's scores go below 0. */
const BELOW = 0.05

/** The rules that hold for one list, in the order of their priority. */
export class ListRules {
  private readonly refusers: readonly CompiledRule[]
  private readonly scorers: readonly CompiledRule[]
  private readonly arrangers: readonly CompiledRule[]
  private readonly catalog: Catalog
  private readonly listing: boolean

  constructor(
    private readonly active: readonly CompiledRule[],
    { catalog, listing }: Pick<ListSituation, "catalog" | "listing">,
    private readonly touch?: RuleTouch
  ) {
    this.catalog = catalog
    this.listing = listing
    this.refusers = active.filter(({ type }) => type.refuses)
    this.scorers = scorersOf(active)
    this.arrangers = active.filter(({ type }) => type.slots ?? type.cap)
  }

  get rules(): Rule[] {
    return this.active.map(({ rule }) => rule)
  }

  /** What these rules do depends on more of the candidates than the best. */
  get wantsAll(): boolean {
    return this.scorers.length > 0 || this.arrangers.length > 0
  }

  /** The rule of the highest priority that keeps a product out of the list; a pin is obeyed against those below its own. */
  refusalOf(id: string, priority = -Infinity): Rule | undefined {
    if (this.refusers.length === 0) return undefined
    const product = this.catalog.get(id)
    if (!product) return undefined
    for (const { rule, type, takes } of this.refusers) {
      if (rule.priority < priority) return undefined
      if (type.refuses?.(rule.action, takes(product), this.listing)) return rule
    }
    return undefined
  }

  /** The items with the scores that the rules give them, best first, ties by id. */
  rescore(items: Ranked[]): Ranked[] {
    if (this.scorers.length === 0 || items.length === 0) return items
    const products = items.map(({ id }) => this.catalog.get(id))
    const scores = fromZero(items)
    const list = { scores, product: (place: number) => products[place] }
    for (const { rule, type, takes } of this.scorers) {
      const taken = products.map((product) => product !== undefined && takes(product))
      const before = this.touch && scores.slice()
      type.rescore?.(rule.action, list, (place) => taken[place])
      before?.forEach((score, place) => {
        if (score !== scores[place]) this.touch?.(items[place].id, rule, rescoredBy(score, scores[place]))
      })
    }
    return items
      .map((item, place) => ({ ...item, score: scores[place] }))
      .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
  }

  /** The places that pins take and the caps that hold; undefined where no rule says so. */
  arrange(
    input: Omit<ArrangementInput, "catalog" | "rules" | "refusalOf" | "touch">
  ): Arrangement | undefined {
    if (this.arrangers.length === 0) return undefined
    return new Arrangement({
      catalog: this.catalog,
      rules: this.arrangers,
      refusalOf: (id, priority) => this.refusalOf(id, priority),
      touch: this.touch,
      ...input,
    })
  }
}

/** In the order in which their types act; of a type of which one acts, the first. */
function scorersOf(active: readonly CompiledRule[]): CompiledRule[] {
  return RULE_TYPES.filter(({ rescore }) => rescore).flatMap((type) => {
    const rules = active.filter((one) => one.type === type)
    return type.single ? rules.slice(0, 1) : rules
  })
}

/** Scores of 0 and above, for factors to act on. */
function fromZero(items: readonly Ranked[]): Float64Array {
  const scores = Float64Array.from(items, ({ score }) => score)
  let [least, most] = [Infinity, -Infinity]
  for (const score of scores) {
    least = Math.min(least, score)
    most = Math.max(most, score)
  }
  if (least >= 0) return scores
  const zero = least - (most - least) * BELOW
  return scores.map((score) => score - zero)
}

function rescoredBy(before: number, after: number): RuleEffect {
  const short = (score: number) => Number(score.toPrecision(4))
  return { did: "rescored", text: `score ${short(before)} to ${short(after)}` }
}

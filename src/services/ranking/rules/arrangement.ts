import type { Catalog, Product } from "../../features"
import type { Ranked } from "../ranker.port"
import type { CompiledRule, RuleTouch } from "./compiled-rule"
import type { Rule } from "./rule"
import type { Cap } from "./rule-type.port"

/** Stands in an exposure for the source of a product that only a pin has brought. */
export const PINNED = "pinned"

export interface ArrangementInput {
  /** Rules that pin or cap, of the highest priority first. */
  rules: readonly CompiledRule[]
  catalog: Catalog
  /** All candidates, best first. */
  ranked: readonly Ranked[]
  /** Items of the whole list. */
  limit: number
  /** Whether a product may be shown here, whatever hide and filter rules say. */
  mayShow(id: string): boolean
  refusalOf(id: string, priority: number): Rule | undefined
  /** Values of a pinned product that is no candidate. */
  features: number
  touch?: RuleTouch
}

interface CountedCap extends Cap {
  rule: Rule
  takes(product: Product): boolean
  counts: Map<string, number>
}

/**
 * Where pins and caps put the items of one list: first the pins are placed and counted, then the others are chosen,
 * as many as have room, and at last both are woven together.
 */
export class Arrangement {
  private readonly pinned = new Map<number, Ranked>()
  private readonly pinnedIds = new Set<string>()
  private readonly caps: readonly CountedCap[]

  constructor(private readonly input: ArrangementInput) {
    this.caps = input.rules.flatMap(({ rule, type, takes }) =>
      type.cap ? [{ ...type.cap(rule.action), rule, takes, counts: new Map<string, number>() }] : []
    )
    for (const one of input.rules) if (one.type.slots) this.pin(one, one.type.slots(one.rule.action))
  }

  /** Items that are not pinned. */
  get room(): number {
    return this.input.limit - this.pinned.size
  }

  /** Takes a product into the list unless it is pinned or a cap is full; what it says yes to is counted. */
  take(id: string): boolean {
    if (this.pinnedIds.has(id)) return false
    const full = this.fullCap(id)
    if (full) {
      this.input.touch?.(id, full, { did: "left_out", text: "the cap is full" })
      return false
    }
    this.count(id)
    return true
  }

  /** The items that fit, in their order; where some do not, the best of the other candidates come after them. */
  choose(items: readonly Ranked[]): Ranked[] {
    const chosen: Ranked[] = []
    const seen = new Set<string>()
    for (const item of [...items, ...this.input.ranked]) {
      if (chosen.length >= this.room) break
      if (seen.has(item.id)) continue
      seen.add(item.id)
      if (this.take(item.id)) chosen.push(item)
    }
    return chosen
  }

  /** All items, with the pinned ones in their slots; where too few are there to reach a slot, its product moves up. */
  weave<T>(items: readonly T[], shown: (pinned: Ranked) => T): T[] {
    const woven: T[] = []
    let next = 0
    for (let slot = 0; slot < this.input.limit; slot++) {
      const pinned = this.pinned.get(slot)
      if (pinned) woven.push(shown(pinned))
      else if (next < items.length) woven.push(items[next++])
    }
    return woven
  }

  private pin({ rule, takes }: CompiledRule, slots: readonly number[]): void {
    const { ranked, catalog, limit, mayShow, touch } = this.input
    const named = rule.what.products
    const candidates = (named ?? ranked.map(({ id }) => id))[Symbol.iterator]()
    for (const slot of slots) {
      if (slot > limit || this.pinned.has(slot - 1)) continue
      for (let next = candidates.next(); !next.done; next = candidates.next()) {
        const id = next.value
        const product = catalog.get(id)
        if (!product || !takes(product) || this.pinnedIds.has(id)) continue
        const against = this.input.refusalOf(id, rule.priority) ?? this.fullCap(id, rule.priority)
        if (against || !mayShow(id)) {
          const text = against ? `${against.name} is against it` : "may not be shown here"
          touch?.(id, rule, { did: "not_pinned", text })
          continue
        }
        this.pinned.set(slot - 1, this.itemOf(id))
        this.pinnedIds.add(id)
        this.count(id)
        touch?.(id, rule, { did: "pinned", text: `slot ${slot}` })
        break
      }
    }
  }

  /** A pinned product stands where it stands for certain. */
  private itemOf(id: string): Ranked {
    const { ranked, features } = this.input
    const item = ranked.find((one) => one.id === id)
    return item
      ? { ...item, propensity: undefined }
      : { id, score: 0, source: PINNED, features: new Array<number>(features).fill(0) }
  }

  private fullCap(id: string, priority = -Infinity): Rule | undefined {
    const product = this.caps.length > 0 ? this.input.catalog.get(id) : undefined
    if (!product) return undefined
    return this.caps.find(({ rule, most, kindOf, takes, counts }) => {
      const kind = rule.priority >= priority && takes(product) ? kindOf(product) : undefined
      return kind !== undefined && (counts.get(kind) ?? 0) >= most
    })?.rule
  }

  private count(id: string): void {
    const product = this.caps.length > 0 ? this.input.catalog.get(id) : undefined
    if (!product) return
    for (const { kindOf, takes, counts } of this.caps) {
      const kind = takes(product) ? kindOf(product) : undefined
      if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1)
    }
  }
}

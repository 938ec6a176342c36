import type { Ranked, RankFeature, RankInput, Rule, RuleEffect, Signal } from "../ranking"
import type { Candidate } from "../retrieval"
import type { ListTrace } from "./list-trace"

/** What a rule has done to a product. */
export interface RuleTold {
  id: string
  name: string
  type: string
  did: RuleEffect["did"] | "kept_out"
  text: string
}

/** The way of one product to its slot, or to where it was left behind. */
export interface ExplainedCandidate {
  product_id: string
  /** From 1 on; null where it is not shown. */
  slot: number | null
  /**
   * `shown`, `filled_up` (by the fallback chain), `pinned`, `kept_out` (`why` says by what), `capped`, `reranked_away`
   * (`why` names the re-ranker), `below_the_cut`, or `not_needed` (found by a source of the chain that had no room).
   */
  outcome: string
  why?: string
  /** Who found it: place from 1 on, the source's own score, and the vote that the ranker saw. */
  sources: { name: string; rank: number; score: number; vote?: number }[]
  /** What the ranker looked at. */
  features: Record<string, number>
  /** What a feature's value is made of. */
  signals: Record<string, readonly Signal[]>
  /** By the ranker; place from 1 on among all candidates. */
  ranked?: { place: number; score: number }
  /** After the rules. */
  rescored?: { place: number; score: number }
  rules: RuleTold[]
  /** Its place after each re-ranker; null where that left it out. */
  rerankers: { name: string; place: number | null }[]
  /** Probability of its slot, where it was drawn. */
  propensity?: number
}

type Places = ReadonlyMap<string, { place: number; item: Ranked }>

const placesOf = (items: readonly Ranked[]): Places =>
  new Map(items.map((item, at) => [item.id, { place: at + 1, item }]))

/** Keeps what it is told of a list, and tells the way of each candidate. */
export class ListTracer implements ListTrace {
  private readonly answers = new Map<string, readonly Candidate[]>()
  private readonly refusals = new Map<string, { reason: string; rule?: Rule }>()
  private readonly touches = new Map<string, Map<string, { rule: Rule; effect: RuleEffect }>>()
  private readonly rerankers: { name: string; places: Places }[] = []
  private input: RankInput | undefined
  private featureNames: readonly string[] = []
  private byRanker: Places = new Map()
  private byRules: Places = new Map()
  private shown: Places = new Map()
  rules: readonly Rule[] = []

  held(rules: readonly Rule[]): void {
    this.rules = rules
  }

  answered(answers: ReadonlyMap<string, readonly Candidate[]>): void {
    for (const [name, candidates] of answers) this.answers.set(name, candidates)
  }

  refused(productId: string, reason: string, rule?: Rule): void {
    this.refusals.set(productId, { reason, rule })
  }

  ranked(input: RankInput, ranked: readonly Ranked[], featureNames: readonly string[]): void {
    // The columns are lent for this moment only.
    this.input = { ...input, candidates: { ...input.candidates, votes: input.candidates.votes.slice() } }
    this.featureNames = featureNames
    this.byRanker = placesOf(ranked)
    this.rerankers.length = 0
    this.touches.clear()
  }

  touched(productId: string, rule: Rule, effect: RuleEffect): void {
    const touches = this.touches.get(productId) ?? new Map<string, { rule: Rule; effect: RuleEffect }>()
    touches.set(`${rule.id} ${effect.did}`, { rule, effect })
    this.touches.set(productId, touches)
  }

  rescored(ranked: readonly Ranked[]): void {
    this.byRules = placesOf(ranked)
  }

  reranked(name: string, items: readonly Ranked[]): void {
    this.rerankers.push({ name, places: placesOf(items) })
  }

  listed(items: readonly Ranked[]): void {
    this.shown = placesOf(items)
  }

  /** Every candidate: those that are shown by their slots, then those that were ranked, then the rest. */
  candidates(): ExplainedCandidate[] {
    const ids = new Set([...this.shown.keys(), ...this.byRules.keys(), ...this.byRanker.keys()])
    for (const candidates of this.answers.values()) for (const { id } of candidates) ids.add(id)
    for (const id of [...this.touches.keys(), ...this.refusals.keys()]) ids.add(id)
    const rows = new Map(this.input?.candidates.ids.map((id, row) => [id, row]))
    const found = this.found()
    return [...ids].map((id) => this.explain(id, rows.get(id), found.get(id) ?? []))
  }

  /** Product → who found it. */
  private found(): Map<string, ExplainedCandidate["sources"]> {
    const found = new Map<string, ExplainedCandidate["sources"]>()
    for (const [name, candidates] of this.answers) {
      const seen = new Set<string>()
      candidates.forEach(({ id, score }, at) => {
        if (seen.has(id)) return
        seen.add(id)
        const sources = found.get(id) ?? []
        sources.push({ name, rank: at + 1, score })
        found.set(id, sources)
      })
    }
    return found
  }

  private explain(
    id: string,
    row: number | undefined,
    sources: ExplainedCandidate["sources"]
  ): ExplainedCandidate {
    const ranked = this.byRanker.get(id)
    const rescored = this.byRules.get(id)
    const shown = this.shown.get(id)
    return {
      product_id: id,
      slot: shown?.place ?? null,
      ...this.outcomeOf(id),
      sources: sources.map((source) => ({ ...source, vote: this.voteOf(source.name, row) })),
      features: Object.fromEntries(
        this.featureNames.map((name, at) => [name, ranked?.item.features[at] ?? 0])
      ),
      signals: this.signalsOf(id, row),
      ...(ranked && { ranked: { place: ranked.place, score: ranked.item.score } }),
      ...(rescored && { rescored: { place: rescored.place, score: rescored.item.score } }),
      rules: this.toldOf(id),
      rerankers: ranked
        ? this.rerankers.map(({ name, places }) => ({ name, place: places.get(id)?.place ?? null }))
        : [],
      ...(shown?.item.propensity !== undefined && { propensity: shown.item.propensity }),
    }
  }

  private voteOf(source: string, row: number | undefined): number | undefined {
    if (!this.input || row === undefined) return undefined
    const place = this.input.sources.findIndex(({ name }) => name === source)
    return place < 0 ? undefined : this.input.candidates.votes[row * this.input.sources.length + place]
  }

  /** Of the features that say what they are made of, and say anything of this product. */
  private signalsOf(id: string, row: number | undefined): Record<string, readonly Signal[]> {
    const { input } = this
    const number = input?.catalog.cards.numberOf(id) ?? -1
    if (!input || number < 0 || row === undefined) return {}
    const told = (feature: RankFeature) => feature.signals?.(input, number, id) ?? []
    return Object.fromEntries(
      input.features
        .map((feature) => [feature.name, told(feature)] as const)
        .filter(([, all]) => all.length > 0)
    )
  }

  private toldOf(id: string): RuleTold[] {
    const told = ({ id, name, action }: Rule) => ({ id, name, type: action.type })
    const rules: RuleTold[] = [...(this.touches.get(id)?.values() ?? [])].map(({ rule, effect }) => ({
      ...told(rule),
      ...effect,
    }))
    const against = this.refusals.get(id)?.rule
    if (against) rules.unshift({ ...told(against), did: "kept_out", text: "may not be shown" })
    return rules
  }

  private outcomeOf(id: string): Pick<ExplainedCandidate, "outcome" | "why"> {
    const effects = [...(this.touches.get(id)?.values() ?? [])]
    const touched = (did: RuleEffect["did"]) => effects.find(({ effect }) => effect.did === did)?.rule
    const refusal = this.refusals.get(id)
    if (this.shown.has(id)) {
      const pin = touched("pinned")
      if (pin) return { outcome: "pinned", why: pin.name }
      return { outcome: this.byRules.has(id) ? "shown" : "filled_up" }
    }
    if (refusal) return { outcome: "kept_out", why: refusal.rule?.name ?? refusal.reason }
    const cap = touched("left_out")
    if (cap) return { outcome: "capped", why: cap.name }
    const place = this.byRules.get(id)?.place
    if (place === undefined) return { outcome: "not_needed" }
    const away = place <= this.shown.size ? this.rerankers.find(({ places }) => !places.has(id)) : undefined
    return away ? { outcome: "reranked_away", why: away.name } : { outcome: "below_the_cut" }
  }
}

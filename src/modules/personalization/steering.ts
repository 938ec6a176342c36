import { v7 as uuidv7 } from "uuid"
import type { Catalog } from "../../services/features"
import { nextTurn, PersonalizationError, type Clock } from "../../services/lib"
import {
  ruleConflicts,
  type Rule,
  type RuleBook,
  type RuleConflict,
  type RuleInput,
  type RuleStore,
} from "../../services/ranking"
import {
  ListTracer,
  PLACEMENTS,
  placementOfDraft,
  rulesOfDraft,
  whatIf,
  type Draft,
  type ExplainedCandidate,
  type Placement,
  type PlacementBook,
  type PlacementStore,
  type RecommendationRequest,
  type RecommendedItem,
  type Recommender,
  type WhatIf,
  type WhatIfAsked,
  type WhatIfParts,
} from "../../services/serving"

export interface SteeringParts {
  ruleStore: RuleStore
  rules: RuleBook
  placementStore: PlacementStore
  placements: PlacementBook
  catalog: Catalog
  recommender: Pick<Recommender, "rehearse">
  exposures: WhatIfParts["exposures"]
  features: WhatIfParts["features"]
  history: WhatIfParts["history"]
  outcomeMs: WhatIfParts["outcomeMs"]
  clock: Clock
}

/** A placement as it serves, and where it comes from. */
export type KnownPlacement = Placement & {
  /** `shipped`, `changed` (shipped, and overridden by the shop) or `own`. */
  origin: "shipped" | "changed" | "own"
}

export interface Preview {
  items: RecommendedItem[]
  /** Why the list does not come from the placement's own sources alone. */
  falls: string[]
  /** What the ranker was told of the request. */
  situation: Readonly<Record<string, number>>
  /** Rules that hold for the list, of the highest priority first. */
  rules: { id: string; name: string; type: string }[]
  candidates: ExplainedCandidate[]
}

const isShipped = (name: string) => PLACEMENTS.some((one) => one.name === name)

/** What a merchant does to lists. A change acts at once in this process, and in the others when they next look. */
export class Steering {
  constructor(private readonly parts: SteeringParts) {}

  rules(): Promise<Rule[]> {
    return this.parts.ruleStore.list()
  }

  /** @throws PersonalizationError `not_found` */
  async rule(id: string): Promise<Rule> {
    const rule = (await this.rules()).find((one) => one.id === id)
    if (!rule) throw new PersonalizationError("not_found", `id: there is no rule ${id}`)
    return rule
  }

  /** @throws PersonalizationError `invalid_input` that names a placement which does not exist */
  addRule(input: RuleInput): Promise<Rule> {
    return this.keep({ ...input, id: `rule_${uuidv7()}` })
  }

  /** @throws PersonalizationError `not_found`, or `invalid_input` that names a placement which does not exist */
  async changeRule(id: string, input: RuleInput): Promise<Rule> {
    await this.rule(id)
    return this.keep({ ...input, id })
  }

  /** @throws PersonalizationError `not_found` */
  async removeRule(id: string): Promise<void> {
    await this.rule(id)
    await this.parts.ruleStore.remove(id)
    await this.parts.rules.refresh()
  }

  /** Of the rules as they are, or as they would be under a draft. */
  async conflicts(draft?: Draft): Promise<RuleConflict[]> {
    const kept = await this.rules()
    const rules = draft ? rulesOfDraft(draft, kept).rules : kept
    return ruleConflicts(rules, this.parts.catalog.all(), nextTurn)
  }

  /** All that serve, the shipped ones first. */
  async placements(): Promise<KnownPlacement[]> {
    const { placements, placementStore } = this.parts
    const stored = new Set((await placementStore.list()).map(({ name }) => name))
    return placements.names().flatMap((name): KnownPlacement[] => {
      const placement = placements.get(name)
      if (!placement) return []
      const origin = !isShipped(name) ? "own" : stored.has(name) ? "changed" : "shipped"
      return [{ ...placement, origin }]
    })
  }

  async putPlacement(placement: Placement): Promise<KnownPlacement> {
    const { placements, placementStore } = this.parts
    await placementStore.put(placement)
    await placements.refresh()
    return { ...placement, origin: isShipped(placement.name) ? "changed" : "own" }
  }

  /** Goes back to the shipped one, if there is one of this name. @throws PersonalizationError `not_found` */
  async removePlacement(name: string): Promise<KnownPlacement | undefined> {
    const { placements, placementStore } = this.parts
    if (!(await placementStore.list()).some((one) => one.name === name)) {
      throw new PersonalizationError("not_found", `name: the shop has no placement ${name} of its own`)
    }
    await placementStore.remove(name)
    await placements.refresh()
    const shipped = placements.get(name)
    return shipped && { ...shipped, origin: "shipped" }
  }

  /** The list that this request would get, and every candidate's way to it. Nothing is stored. */
  async preview(request: RecommendationRequest, draft?: Draft): Promise<Preview> {
    const trace = new ListTracer()
    const placement = this.parts.placements.get(request.placement)
    const changes = draft && {
      rules: rulesOfDraft(draft, this.parts.rules.rules),
      ...(placement && { placement: placementOfDraft(draft, placement) }),
    }
    const { list, items } = await this.parts.recommender.rehearse(request, { ...changes, trace })
    return {
      items,
      falls: list.falls,
      situation: list.situation,
      rules: trace.rules.map(({ id, name, action }) => ({ id, name, type: action.type })),
      candidates: trace.candidates(),
    }
  }

  /** What would have changed in the newest recorded lists, and what that is worth. */
  whatIf(asked: WhatIfAsked, consentOf: WhatIfParts["consentOf"]): Promise<WhatIf> {
    const { clock, ...parts } = this.parts
    return whatIf(asked, { ...parts, consentOf, now: () => clock.now(), breathe: nextTurn })
  }

  private async keep(rule: Rule): Promise<Rule> {
    const known = this.parts.placements.names()
    const fields = rule.placements.flatMap((name, place) =>
      known.includes(name)
        ? []
        : [
            {
              path: `placements.${place}`,
              message: `there is no placement ${name}; there are ${known.join(", ")}`,
            },
          ]
    )
    if (fields.length > 0) {
      const text = fields.map(({ path, message }) => `${path}: ${message}`).join("; ")
      throw new PersonalizationError("invalid_input", text, { fields })
    }
    await this.parts.ruleStore.put(rule)
    await this.parts.rules.refresh()
    return rule
  }
}

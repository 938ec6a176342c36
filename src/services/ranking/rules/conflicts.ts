import type { Product } from "../../features"
import { byPriority, compileRule, type CompiledRule } from "./compiled-rule"
import { conditionsMeet } from "./conditions"
import type { Rule } from "./rule"

/** Two rules that cannot both have their way, or that work against each other. */
export interface RuleConflict {
  kind:
    | "same_slot"
    | "pin_kept_out"
    | "filters_leave_nothing"
    | "up_and_down"
    | "pins_above_cap"
    | "same_cap"
    | "only_one_acts"
  /** Ids of both, the one of the higher priority first. */
  rules: [string, string]
  /** What they disagree about, and which is obeyed. */
  text: string
  /** Products they disagree about, some of them where there are many. */
  products: string[]
  /** How many products there are of these. */
  count: number
}

/** Products that a conflict names. */
const NAMED = 10

interface Side extends CompiledRule {
  /** Products of the catalogue that it takes, by id. */
  taken: ReadonlyMap<string, Product>
}

/**
 * Compares all rules that are switched on, two by two. They meet where placements, times and conditions do; which
 * products both are about is found by asking the catalogue. O(rules × products + rules²).
 */
export async function ruleConflicts(
  rules: readonly Rule[],
  products: Iterable<Product>,
  /** Lets others in; called between slices of work. */
  breathe: () => Promise<void>
): Promise<RuleConflict[]> {
  const compiled = rules
    .filter(({ enabled }) => enabled)
    .sort(byPriority)
    .map(compileRule)
  const taken = compiled.map(() => new Map<string, Product>())
  let asked = 0
  for (const product of products) {
    compiled.forEach(({ takes }, place) => takes(product) && taken[place].set(product.id, product))
    asked += compiled.length
    if (asked < SLICE) continue
    asked = 0
    await breathe()
  }
  const sides = compiled.map((one, place): Side => ({ ...one, taken: taken[place] }))
  const conflicts: RuleConflict[] = []
  for (const [place, upper] of sides.entries()) {
    for (const lower of sides.slice(place + 1)) {
      if (!meet(upper, lower)) continue
      for (const compare of COMPARISONS) conflicts.push(...compare(upper, lower))
    }
    await breathe()
  }
  return conflicts
}

/** Tests of a product by a rule between two pauses: 1 ms at the most. */
const SLICE = 2_000

/** Whether both hold in some list. */
function meet(a: CompiledRule, b: CompiledRule): boolean {
  const [here, there] = [a.rule.placements, b.rule.placements]
  const placements = here.length === 0 || there.length === 0 || here.some((name) => there.includes(name))
  return placements && a.from < b.until && b.from < a.until && conditionsMeet(a.rule.when, b.rule.when)
}

/** `upper` is of the higher priority, or of the same and first by id. */
type Comparison = (upper: Side, lower: Side) => RuleConflict[]

const conflict = (
  kind: RuleConflict["kind"],
  [upper, lower]: readonly [Side, Side],
  text: string,
  products: readonly string[] = []
): RuleConflict => ({
  kind,
  rules: [upper.rule.id, lower.rule.id],
  text,
  products: products.slice(0, NAMED),
  count: products.length,
})

const slotsOf = ({ type, rule }: Side) => type.slots?.(rule.action)
const capOf = ({ type, rule }: Side) => type.cap?.(rule.action)
const both = (a: Side, b: Side) => [...a.taken.keys()].filter((id) => b.taken.has(id))
/** It keeps out what its selector does not take. */
const isFilter = ({ type, rule }: Side) => type.refuses?.(rule.action, false, false) === true
const named = ({ rule }: Side) => `“${rule.name}”`

const sameSlot: Comparison = (upper, lower) => {
  const slots = slotsOf(lower)
  const common = slotsOf(upper)?.filter((slot) => slots?.includes(slot)) ?? []
  if (common.length === 0 || upper.taken.size === 0 || lower.taken.size === 0) return []
  const text =
    `Both pin slot ${common.join(", ")}: ${named(upper)} has it, and the products of ${named(lower)} ` +
    "take its other slots, if it has any."
  return [conflict("same_slot", [upper, lower], text)]
}

/** A pin against what hides its product or filters it out. */
const keptOut: Comparison = (upper, lower) => {
  const [pin, other] = slotsOf(upper) ? [upper, lower] : [lower, upper]
  if (!slotsOf(pin) || !other.type.refuses) return []
  const refuses = (id: string) => other.type.refuses?.(other.rule.action, other.taken.has(id), false)
  const products = [...pin.taken.keys()].filter(refuses)
  // A pin that names no products takes the best of those that are left.
  if (products.length === 0 || (!pin.rule.what.products && products.length < pin.taken.size)) return []
  const obeyed = pin.rule.priority > other.rule.priority ? pin : other
  const text =
    `${named(pin)} pins what ${named(other)} keeps out: ${named(obeyed)} is obeyed, for ` +
    (pin.rule.priority === other.rule.priority
      ? "at the same priority the rule that shows less is."
      : "its priority is higher.")
  return [conflict("pin_kept_out", [upper, lower], text, products)]
}

const nothingLeft: Comparison = (upper, lower) => {
  if (!isFilter(upper) || !isFilter(lower) || both(upper, lower).length > 0) return []
  const text = `No product passes both ${named(upper)} and ${named(lower)}: the list is empty but for pins of a higher priority.`
  return [conflict("filters_leave_nothing", [upper, lower], text)]
}

const upAndDown: Comparison = (upper, lower) => {
  const [one, other] = [upper.type.direction, lower.type.direction]
  if (!one || !other || one === other) return []
  const products = both(upper, lower)
  if (products.length === 0) return []
  const text = `${named(upper)} moves these ${one} and ${named(lower)} moves them ${other}: both act, and their factors multiply.`
  return [conflict("up_and_down", [upper, lower], text, products)]
}

const pinsAboveCap: Comparison = (upper, lower) => {
  const [pin, capped] = slotsOf(upper) ? [upper, lower] : [lower, upper]
  const slots = slotsOf(pin)
  const cap = capOf(capped)
  if (!slots || !cap || slots.length <= cap.most) return []
  const kinds = new Map<string, string[]>()
  for (const product of pin.taken.values()) {
    const kind = capped.taken.has(product.id) ? cap.kindOf(product) : undefined
    if (kind !== undefined) kinds.set(kind, [...(kinds.get(kind) ?? []), product.id])
  }
  const products = [...kinds.values()].filter(({ length }) => length > cap.most).flat()
  if (products.length === 0) return []
  const text =
    pin.rule.priority > capped.rule.priority
      ? `${named(pin)} may pin more than the ${cap.most} that ${named(capped)} allows: it is obeyed, for its priority is higher.`
      : `${named(pin)} pins more than the ${cap.most} that ${named(capped)} allows: what is too much is not pinned.`
  return [conflict("pins_above_cap", [upper, lower], text, products)]
}

const sameCap: Comparison = (upper, lower) => {
  const [one, other] = [capOf(upper), capOf(lower)]
  if (!one || !other || one.kindOf !== other.kindOf || one.most === other.most) return []
  const products = both(upper, lower)
  if (products.length === 0) return []
  const strict = one.most < other.most ? upper : lower
  const text = `${named(upper)} and ${named(lower)} cap the same: for what both count, ${named(strict)} decides, for it allows less.`
  return [conflict("same_cap", [upper, lower], text, products)]
}

const onlyOne: Comparison = (upper, lower) => {
  if (upper.type !== lower.type || !upper.type.single) return []
  const text = `Of ${named(upper)} and ${named(lower)} only ${named(upper)} acts where both hold.`
  return [conflict("only_one_acts", [upper, lower], text)]
}

const COMPARISONS = [sameSlot, keptOut, nothingLeft, upAndDown, pinsAboveCap, sameCap, onlyOne]

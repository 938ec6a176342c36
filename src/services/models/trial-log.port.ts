/** What a version in shadow would have shown where the live one answered. Says nothing of the shopper. */
export interface ShadowAnswer {
  version: string
  /** The live version, and the model that was asked. */
  live: string
  model: string
  /** ms since the epoch */
  ts: number
  /** First products of the live version's answer. */
  shown: string[]
  /** First products of this version's answer. */
  would: string[]
  /** Why it gave none. */
  failed?: string
}

/** How a version in shadow has answered so far. */
export interface ShadowSummary {
  answers: number
  failed: number
  /** Empty, where the live version named something. */
  empty: number
  /** Mean share of the live version's products that it names as well. */
  common: number
}

/** What became of the lists that a version made. */
export interface Outcomes {
  lists: number
  /** Lists that fell back on other sources. */
  fallbacks: number
  /** Lists of which a product was clicked. */
  clicked: number
}

/** What is known of versions on trial. */
export interface TrialLog {
  record(answers: readonly ShadowAnswer[]): Promise<void>
  /** Newest first. */
  answers(version: string, limit: number): Promise<ShadowAnswer[]>
  /** @param since ms since the epoch */
  summary(version: string, since: number): Promise<ShadowSummary>
  /** Of lists shown since a moment (ms since the epoch), by version; versions without lists are missing. */
  outcomes(versions: readonly string[], since: number): Promise<Map<string, Outcomes>>
  /** Drops all but the newest answers. */
  prune(keep: number): Promise<void>
}

/** `summary` of answers in memory. */
export function summariseShadow(answers: readonly ShadowAnswer[]): ShadowSummary {
  const judged = answers.filter(({ failed, shown }) => failed === undefined && shown.length > 0)
  const common = judged.map(
    ({ shown, would }) => shown.filter((id) => would.includes(id)).length / shown.length
  )
  return {
    answers: answers.length,
    failed: answers.filter(({ failed }) => failed !== undefined).length,
    empty: judged.filter(({ would }) => would.length === 0).length,
    common: common.length > 0 ? common.reduce((sum, share) => sum + share, 0) / common.length : 0,
  }
}

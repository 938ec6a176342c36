import type { ArchivedEventLog, EventLog, Ingest } from "../../services/events"
import type { FeatureUpdater } from "../../services/features"
import { mayProfile, type SubjectRef, type SubjectStore } from "../../services/privacy"

export interface UnlinkParts {
  log: EventLog
  ingest: Pick<Ingest, "drained" | "unlinked">
  subjects: SubjectStore
  updater: FeatureUpdater
  /** What is on its way into the archive is waited for. */
  archived?: ArchivedEventLog
}

/**
 * Takes back that a visitor is a customer (a shared device, a wrong login). The log names both on every event, so it
 * can be told apart again: the visitor's events lose the customer, and both profiles are built anew from what is left.
 */
export async function unlink(parts: UnlinkParts, visitorId: string, customerId: string): Promise<number> {
  const { log, ingest, subjects, updater, archived } = parts
  await ingest.drained()
  await archived?.archived()
  const found = await log.unlink(visitorId, customerId)
  await subjects.unlink(visitorId, customerId)
  ingest.unlinked(visitorId)
  await updater.drop({ visitorId, customerId })
  await rebuild(log, updater, { visitorId, customerId })
  return found
}

/** Profiles only: what products and the shop have from these events they have already. */
async function rebuild(log: EventLog, updater: FeatureUpdater, subject: SubjectRef): Promise<void> {
  for await (const batch of log.replay({ subject })) {
    const events = batch.flatMap(({ event }) => (mayProfile(event.consent) ? [{ event }] : []))
    await updater.apply(events, "shopper")
  }
}

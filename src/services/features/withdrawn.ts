import { mayProfile, type SubjectRef, type SubjectStore } from "../privacy"
import { subjectOf, type LoggedEvent, type ShopEvent } from "../events"

/** Pairs of visitor and customer in the batch whose recorded consent forbids a profile by now. */
export async function withdrawnPairs(
  subjects: SubjectStore | undefined,
  batch: readonly LoggedEvent[]
): Promise<ReadonlySet<string>> {
  const refs = new Map<string, SubjectRef>()
  for (const { event } of batch)
    if (subjectOf(event))
      refs.set(pairOf(event), { visitorId: event.visitor_id, customerId: event.customer_id })
  if (!subjects || refs.size === 0) return new Set()
  const consents = await subjects.consentsOf([...refs.values()])
  return new Set([...refs.keys()].filter((_, i) => consents[i] && !mayProfile(consents[i])))
}

/** A customer's visitors may differ in what they consented to. */
export const pairOf = ({ visitor_id, customer_id }: ShopEvent): string =>
  JSON.stringify([visitor_id ?? null, customer_id ?? null])

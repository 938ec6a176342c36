import { LRUCache } from "lru-cache"
import { ConsentReads, type Consent, type SubjectRef, type SubjectStore } from "../../services/privacy"

/** What shoppers have said lately, so that not each of their requests asks the store. */
export class ConsentRecords {
  private readonly reads: ConsentReads
  private readonly known = new LRUCache<string, { consent: Consent | undefined }>({ max: 50_000, ttl: 5_000 })

  constructor(subjects: SubjectStore) {
    this.reads = new ConsentReads(subjects)
  }

  /** Undefined: the shopper has said nothing. */
  async of(subject: SubjectRef): Promise<Consent | undefined> {
    const key = keyOf(subject)
    const known = this.known.get(key)
    if (known) return known.consent
    const [consent] = await this.reads.of([subject])
    this.known.set(key, { consent })
    return consent
  }

  /** They have just said something. */
  forget(subject: SubjectRef): void {
    this.known.delete(keyOf(subject))
  }
}

const keyOf = ({ visitorId, customerId }: SubjectRef): string => `${visitorId ?? ""} ${customerId ?? ""}`

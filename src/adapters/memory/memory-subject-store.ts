import type { Consent, SubjectRef, SubjectStore } from "../../services/privacy"

interface Subject {
  consent?: Consent
  consentAt?: number
  customerId?: string
}

/** Consents and links of shoppers, forgotten with the process. */
export class MemorySubjectStore implements SubjectStore {
  private readonly subjects = new Map<string, Subject>()

  async recordConsent(visitorId: string, consent: Consent, ts: number): Promise<void> {
    const subject = this.subject(visitorId)
    if (subject.consentAt !== undefined && subject.consentAt > ts) return
    subject.consent = { ...consent }
    subject.consentAt = ts
  }

  async consentsOf(subjects: readonly SubjectRef[]): Promise<(Consent | undefined)[]> {
    return subjects.map(({ visitorId, customerId }) => {
      const own = visitorId === undefined ? undefined : this.subjects.get(visitorId)?.consent
      if (own || customerId === undefined) return own
      let newest: Subject | undefined
      for (const subject of this.subjects.values())
        if (subject.customerId === customerId && subject.consent)
          if (!newest || subject.consentAt! > newest.consentAt!) newest = subject
      return newest?.consent
    })
  }

  async consentOf(subject: SubjectRef): Promise<Consent | undefined> {
    return (await this.consentsOf([subject]))[0]
  }

  async link(visitorId: string, customerId: string): Promise<void> {
    this.subject(visitorId).customerId ??= customerId
  }

  async unlink(visitorId: string, customerId: string): Promise<void> {
    const subject = this.subjects.get(visitorId)
    if (subject?.customerId === customerId) subject.customerId = undefined
  }

  async visitorsOf(customerId: string): Promise<string[]> {
    return [...this.subjects].filter(([, s]) => s.customerId === customerId).map(([visitorId]) => visitorId)
  }

  async erase(subject: { visitorIds: readonly string[]; customerId?: string }): Promise<number> {
    let erased = 0
    for (const [visitorId, { customerId }] of [...this.subjects]) {
      const theirs = subject.customerId !== undefined && customerId === subject.customerId
      if (!theirs && !subject.visitorIds.includes(visitorId)) continue
      this.subjects.delete(visitorId)
      erased++
    }
    return erased
  }

  private subject(visitorId: string): Subject {
    let subject = this.subjects.get(visitorId)
    if (!subject) this.subjects.set(visitorId, (subject = {}))
    return subject
  }
}

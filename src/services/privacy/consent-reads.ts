import type { Consent } from "./consent"
import type { SubjectRef, SubjectStore } from "./subject-store.port"

/** Subjects of one read at most. */
const MAX_GROUP = 2_000

interface Waiting {
  subjects: readonly SubjectRef[]
  resolve(consents: (Consent | undefined)[]): void
  reject(error: unknown): void
}

const keyOf = ({ visitorId, customerId }: SubjectRef): string => JSON.stringify([visitorId, customerId])

/**
 * Reads recorded consents for many requests together: whoever comes while a read is under way shares the next one, which
 * begins afterwards and so sees what was recorded before the question. The number of reads follows the speed of the
 * database and not the number of shoppers.
 */
export class ConsentReads {
  private waiting: Waiting[] = []
  private reading = false

  constructor(private readonly subjects: Pick<SubjectStore, "consentsOf">) {}

  /** As `SubjectStore.consentsOf`. @throws what the store throws */
  of(subjects: readonly SubjectRef[]): Promise<(Consent | undefined)[]> {
    if (subjects.length === 0) return Promise.resolve([])
    return new Promise((resolve, reject) => {
      this.waiting.push({ subjects, resolve, reject })
      if (!this.reading) void this.read()
    })
  }

  /** Never rejects. */
  private async read(): Promise<void> {
    this.reading = true
    // Those of this turn of the event loop share the first read.
    await Promise.resolve()
    while (this.waiting.length > 0) await this.readGroup(this.nextGroup())
    this.reading = false
  }

  private nextGroup(): Waiting[] {
    let size = 0
    let subjects = 0
    while (
      size < this.waiting.length &&
      (size === 0 || subjects + this.waiting[size].subjects.length <= MAX_GROUP)
    )
      subjects += this.waiting[size++].subjects.length
    return this.waiting.splice(0, size)
  }

  private async readGroup(group: readonly Waiting[]): Promise<void> {
    const distinct = new Map<string, SubjectRef>()
    const keys = group.map(({ subjects }) =>
      subjects.map((subject) => {
        const key = keyOf(subject)
        distinct.set(key, subject)
        return key
      })
    )
    try {
      const found = await this.subjects.consentsOf([...distinct.values()])
      const byKey = new Map([...distinct.keys()].map((key, i) => [key, found[i]]))
      group.forEach(({ resolve }, i) => resolve(keys[i].map((key) => byKey.get(key))))
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }
}

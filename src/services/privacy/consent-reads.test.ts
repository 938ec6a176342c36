import { FULL_CONSENT, NO_CONSENT, type Consent } from "./consent"
import { ConsentReads } from "./consent-reads"
import type { SubjectRef } from "./subject-store.port"

function setUp() {
  const recorded = new Map<string, Consent>([["a", FULL_CONSENT]])
  const asked: string[][] = []
  const releases: (() => void)[] = []
  const store = {
    failing: false,
    async consentsOf(subjects: readonly SubjectRef[]) {
      asked.push(subjects.map(({ visitorId }) => visitorId!))
      const found = subjects.map(({ visitorId }) => recorded.get(visitorId!))
      await new Promise<void>((resolve) => releases.push(resolve))
      if (store.failing) throw new Error("away")
      return found
    },
  }
  const reads = new ConsentReads(store)
  const of = (...ids: string[]) => reads.of(ids.map((visitorId) => ({ visitorId })))
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
  const release = async () => {
    await turn()
    releases.shift()!()
    await turn()
  }
  return { store, recorded, asked, of, release }
}

it("asks once for all that come in one turn, and about each shopper once", async () => {
  const { of, asked, release } = setUp()
  const answers = Promise.all([of("a", "b"), of("b", "a", "a"), of()])
  await release()
  expect(await answers).toEqual([[FULL_CONSENT, undefined], [undefined, FULL_CONSENT, FULL_CONSENT], []])
  expect(asked).toEqual([["a", "b"]])
})

it("answers whoever comes during a read by one that begins afterwards", async () => {
  const { of, asked, recorded, release } = setUp()
  const first = of("a")
  await new Promise((resolve) => setImmediate(resolve))
  recorded.set("a", NO_CONSENT)
  const second = Promise.all([of("a"), of("c")])
  await release()
  expect(await first).toEqual([FULL_CONSENT])
  await release()
  expect(await second).toEqual([[NO_CONSENT], [undefined]])
  expect(asked).toEqual([["a"], ["a", "c"]])
})

it("tells all of a group when its read fails, and goes on", async () => {
  const { of, store, release } = setUp()
  store.failing = true
  const failed = [of("a"), of("b")].map((answer) => expect(answer).rejects.toThrow("away"))
  await release()
  await Promise.all(failed)
  store.failing = false
  const next = of("a")
  await release()
  expect(await next).toEqual([FULL_CONSENT])
})

it("reads no more than two thousand at a time", async () => {
  const { of, asked, release } = setUp()
  const many = Array.from({ length: 1_500 }, (_, i) => `v${i}`)
  const answers = Promise.all([of(...many), of(...many)])
  await release()
  await release()
  await answers
  expect(asked.map((ids) => ids.length)).toEqual([1_500, 1_500])
})

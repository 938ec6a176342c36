import { silentLogger, type Labels } from "../lib"
import { NOBODY } from "../features"
import { TestCatalog } from "../testing/planted-shop"
import type { CandidateSource, Knowledge } from "./candidate-source"
import { retrieve } from "./retrieve"

const query = {
  shopper: NOBODY,
  seeds: [],
  trail: [],
  trending: [],
  limit: 10,
  context: { now: 0, salesChannelIds: [] },
}
const knowledge: Knowledge = {
  catalog: new TestCatalog(),
  ask: () => [],
  follow: async () => [],
  pool: () => [],
  nearest: () => [],
  vectorOf: () => undefined,
  repeatDays: () => undefined,
  newest: () => [],
  inCategory: () => [],
}

function source(name: string, retrieve: CandidateSource["retrieve"], budgetMs = 5): CandidateSource {
  return { name, reason: "popular", budgetMs, retrieve }
}

async function run(sources: CandidateSource[], remainingMs = () => 1_000) {
  const counted: [string, Labels | undefined][] = []
  const metrics = {
    count: (name: string, labels?: Labels) => void counted.push([name, labels]),
    gauge() {},
    observe() {},
  }
  const answers = await retrieve(sources, () => query, knowledge, {
    metrics,
    logger: silentLogger,
    remainingMs,
  })
  return { answers: Object.fromEntries(answers), counted }
}

const failure = (source: string, reason: string) => ["source_failures_total", { source, reason }]

describe("retrieve", () => {
  it("costs a source that throws, rejects or hangs only its own candidates", async () => {
    const { answers, counted } = await run([
      source("hangs", () => new Promise(() => {})),
      source("rejects", () => Promise.reject(new Error("down"))),
      source("throws", () => {
        throw new Error("bug")
      }),
      source("slow", async () => [{ id: "b", score: 1 }], 1_000),
      source("sync", () => [{ id: "a", score: 1 }]),
    ])
    expect(answers).toEqual({ sync: [{ id: "a", score: 1 }], slow: [{ id: "b", score: 1 }] })
    expect(counted).toHaveLength(3)
    expect(counted).toEqual(
      expect.arrayContaining([
        failure("hangs", "late"),
        failure("rejects", "error"),
        failure("throws", "error"),
      ])
    )
  })

  it("drops what a late source rejects with", async () => {
    const { counted } = await run([
      source("late", () => new Promise((_, reject) => setTimeout(() => reject(new Error("later")), 20))),
    ])
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(counted).toEqual([failure("late", "late")])
  })

  it("asks nobody after the deadline, and cuts a budget to what is left of it", async () => {
    const left = [1_000, 0]
    const { answers, counted } = await run(
      [source("first", () => [{ id: "a", score: 1 }]), source("second", () => [{ id: "b", score: 1 }])],
      () => left.shift() ?? 0
    )
    expect(answers).toEqual({ first: [{ id: "a", score: 1 }] })
    expect(counted).toEqual([failure("second", "deadline")])

    const hanging = source("hangs", () => new Promise(() => {}), 60_000)
    expect((await run([hanging], () => 2)).counted).toEqual([failure("hangs", "deadline")])
  })
})

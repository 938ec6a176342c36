import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { PersonalizationError } from "../../../../services/lib"
import { POST as discard } from "../dead-letters/discard/route"
import { POST as replay } from "../dead-letters/replay/route"
import { GET as deadLetters } from "../dead-letters/route"
import { POST as unlink } from "../identities/unlink/route"
import { GET as models } from "../models/route"
import { GET as shadow } from "../models/[version]/shadow/route"
import { POST as rollback } from "../models/rollback/route"
import { GET as overview } from "../overview/route"
import { GET as recommendedWith } from "../products/[id]/recommended-with/route"
import { DELETE as cancel, GET as runs, POST as train } from "../training/route"

type Route = (req: MedusaRequest, res: MedusaResponse) => Promise<void>

const run = { id: "run_1", status: "running", stage: "reading events", progress: 0.25, startedAt: 0 }
const versions = [
  { version: "c", status: "canary" },
  { version: "b", status: "candidate" },
  { version: "a", status: "live" },
]

const letter = {
  id: "7",
  group: "features",
  origin: "0:12",
  error: "boom",
  buriedAt: 0,
  event: { type: "view_item", visitor_id: "visitor-1", items: [{ product_id: "p1" }] },
}

/** Calls a route with a stand-in for the module service; `calls` is what reached it. */
async function call(route: Route, request: { query?: object; body?: unknown } = {}, broken = false) {
  const calls: unknown[][] = []
  const method =
    (name: string, answer: unknown) =>
    (...args: unknown[]) => {
      calls.push([name, ...args])
      if (broken) throw new PersonalizationError("conflict", "Training run run_1 is still going on.")
      return answer
    }
  const service = {
    overview: method("overview", { queue_depth: 0 }),
    versions: method("versions", versions),
    rollback: method("rollback", undefined),
    runs: method("runs", [{ ...run, status: "succeeded", finishedAt: 60_000, version: "b" }]),
    startTraining: method("startTraining", run),
    cancelTraining: method("cancelTraining", true),
    shadowOf: method("shadowOf", { summary: { answers: 0 }, answers: [] }),
    recommendedWith: method("recommendedWith", []),
    engine: {
      unlink: method("unlink", 3),
      deadLetters: {
        list: method("list", [letter]),
        replay: method("replay", { replayed: ["7"], failed: [] }),
        discard: method("discard", 1),
      },
    },
  }
  const answer = { status: 200, body: {} as Record<string, unknown> }
  const res = {
    status(code: number) {
      answer.status = code
      return res
    },
    json: (body: Record<string, unknown>) => (answer.body = body),
  }
  const req = {
    query: {},
    params: { id: "prod_1", version: "c" },
    originalUrl: "/admin/personalization",
    scope: { resolve: () => service },
    ...request,
  }
  await route(req as unknown as MedusaRequest, res as unknown as MedusaResponse)
  return { ...answer, calls }
}

describe("admin routes", () => {
  it("answer what the service says", async () => {
    expect(await call(overview)).toMatchObject({ status: 200, body: { queue_depth: 0 } })
    expect(await call(models)).toMatchObject({
      body: { versions, live: { version: "a" }, trial: { version: "c" } },
    })
  })

  it("show times of runs as ISO text", async () => {
    expect((await call(runs)).body).toEqual({
      runs: [
        {
          id: "run_1",
          status: "succeeded",
          stage: "reading events",
          progress: 0.25,
          version: "b",
          started_at: "1970-01-01T00:00:00.000Z",
          finished_at: "1970-01-01T00:01:00.000Z",
        },
      ],
    })
  })

  it("start training at once, with or without a body, and say 409 while a run goes on", async () => {
    expect(await call(train)).toMatchObject({ status: 202, body: { run: { id: "run_1" } } })
    expect(await call(train, { body: {} })).toMatchObject({ status: 202 })
    expect(await call(train, {}, true)).toMatchObject({
      status: 409,
      body: { type: "conflict", code: "conflict", message: "Training run run_1 is still going on." },
    })
  })

  it("cancel training", async () => {
    expect(await call(cancel)).toMatchObject({ calls: [["cancelTraining"]], body: { cancelled: true } })
    expect((await call(cancel, { query: { now: "1" } })).status).toBe(400)
  })

  it("show what a version in shadow would have shown", async () => {
    expect(await call(shadow, { query: { limit: "9" } })).toMatchObject({
      calls: [["shadowOf", "c", 9]],
      body: { summary: { answers: 0 }, answers: [] },
    })
    expect((await call(shadow, { query: { limit: "0" } })).status).toBe(400)
  })

  it("roll back to the version before, or to the named one", async () => {
    const before = await call(rollback)
    expect(before.calls[0]).toEqual(["rollback", undefined])
    expect(before.body).toMatchObject({ live: { version: "a" } })
    expect((await call(rollback, { body: { version: "a" } })).calls[0]).toEqual(["rollback", "a"])
  })

  it("ask for six products unless told otherwise", async () => {
    expect((await call(recommendedWith)).calls).toEqual([["recommendedWith", "prod_1", 6]])
    const { calls } = await call(recommendedWith, { query: { limit: "24" } })
    expect(calls).toEqual([["recommendedWith", "prod_1", 24]])
  })

  const wrongLimits = ["0", "25", "-1", "1.5", "six", "", "99999999999999999999", ["1", "2"], { a: "1" }]
  it.each(wrongLimits)("refuse limit %j and name it", async (limit) => {
    const { status, body, calls } = await call(recommendedWith, { query: { limit } })
    expect(status).toBe(400)
    expect(body).toMatchObject({ code: "invalid_input", fields: [{ path: "limit" }] })
    expect(body.message).toBe("limit: must be a whole number from 1 to 24")
    expect(calls).toEqual([])
  })

  it.each([[5], [null], [""], ["a b"], [["a"]], ["x".repeat(65)]])("refuse version %j", async (version) => {
    const { status, body, calls } = await call(rollback, { body: { version } })
    expect(status).toBe(400)
    expect(body).toMatchObject({ fields: [{ path: "version" }] })
    expect(calls).toEqual([])
  })

  it.each([[[]], ["text"], [7], [{ now: true }]])("refuse the body %j", async (body) => {
    expect((await call(train, { body })).status).toBe(400)
    expect((await call(rollback, { body })).status).toBe(400)
  })

  it("list dead letters without the names of shoppers", async () => {
    const { body, calls } = await call(deadLetters, { query: { group: "features", before: "9" } })
    expect(calls).toEqual([["list", { group: "features", before: "9", limit: 50 }]])
    expect(body).toEqual({
      dead_letters: [
        {
          id: "7",
          group: "features",
          origin: "0:12",
          error: "boom",
          buried_at: "1970-01-01T00:00:00.000Z",
          event: { type: "view_item", visitor_id: "visi…", items: [{ product_id: "p1" }] },
        },
      ],
    })
  })

  it("replay and discard dead letters by their ids", async () => {
    expect(await call(replay, { body: { ids: ["7"] } })).toMatchObject({
      calls: [["replay", ["7"]]],
      body: { replayed: ["7"], failed: [] },
    })
    expect((await call(discard, { body: { ids: ["7"] } })).body).toEqual({ discarded: 1 })
  })

  it.each([
    [undefined],
    [{}],
    [{ ids: [] }],
    [{ ids: ["x"] }],
    [{ ids: "7" }],
    [{ ids: Array(201).fill("1") }],
  ])("refuse %j for the ids of dead letters", async (body) => {
    for (const route of [replay, discard]) {
      const { status, body: answer, calls } = await call(route, { body })
      expect(status).toBe(400)
      expect(answer.message).toContain("ids")
      expect(calls).toEqual([])
    }
  })

  it("tell a visitor and a customer apart, and name what is missing", async () => {
    const { body, calls } = await call(unlink, { body: { visitor_id: "v1", customer_id: "cus_1" } })
    expect([body, calls]).toEqual([{ events: 3 }, [["unlink", "v1", "cus_1"]]])
    const wrong = await call(unlink, { body: { visitor_id: "v1" } })
    expect([wrong.status, wrong.calls]).toEqual([400, []])
    expect(wrong.body.message).toContain("customer_id")
  })

  it("name an unknown query parameter", async () => {
    for (const route of [overview, models, runs, recommendedWith, deadLetters]) {
      const { status, body } = await call(route, { query: { limt: "3" } })
      expect(status).toBe(400)
      expect(body.message).toContain("limt")
    }
  })
})

import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { compose } from "../../../../modules/personalization/compose"
import type { Engine } from "../../../../modules/personalization/engine"
import { resolveOptions } from "../../../../modules/personalization/options"
import { silentLogger } from "../../../../services/lib"
import { NO_CONSENT } from "../../../../services/privacy"
import { product } from "../../../../services/testing/planted-shop"
import { DELETE as removePlacement, POST as putPlacement } from "../placements/[name]/route"
import { GET as placements } from "../placements/route"
import { POST as preview } from "../preview/route"
import { DELETE as removeRule, GET as readRule, POST as changeRule } from "../rules/[id]/route"
import { GET as conflicts, POST as draftConflicts } from "../rules/conflicts/route"
import { GET as rules, POST as addRule } from "../rules/route"
import { POST as whatIf } from "../what-if/route"

type Route = (req: MedusaRequest, res: MedusaResponse) => Promise<void>

const products = Array.from({ length: 6 }, (_, i) => product(`p${i}`, "a", { createdAt: i }))

let engine: Engine
const asked: unknown[] = []

beforeEach(async () => {
  engine = compose(resolveOptions({}), { logger: silentLogger })
  await engine.catalog.upsert(products)
  await engine.start()
})
afterEach(() => engine.stop())

async function call(route: Route, request: { query?: object; body?: unknown; params?: object } = {}) {
  const answer = { status: 200, body: {} as any }
  const res = {
    status(code: number) {
      answer.status = code
      return res
    },
    setHeader() {},
    json: (body: unknown) => (answer.body = body),
  }
  const service = {
    engine,
    consentOf: async (who: unknown) => {
      asked.push(who)
      return NO_CONSENT
    },
  }
  const scope = { resolve: () => service }
  const req = { query: {}, params: {}, originalUrl: "/admin/personalization", scope, ...request }
  await route(req as unknown as MedusaRequest, res as unknown as MedusaResponse)
  return answer
}

const hide = { name: "no p5", action: { type: "hide" }, what: { products: ["p5"] } }
const look = async (rest: object = {}) => {
  const { body } = await call(preview, { body: { placement: "new-arrivals", limit: 2, ...rest } })
  return body.items.map(({ product_id }: { product_id: string }) => product_id)
}

describe("the routes of rules", () => {
  it("keep, read, change and remove one, which acts at once", async () => {
    expect(await look()).toEqual(["p5", "p4"])
    const added = await call(addRule, { body: hide })
    expect(added).toMatchObject({ status: 201, body: { rule: { ...hide, priority: 0, enabled: true } } })
    expect(await look()).toEqual(["p4", "p3"])
    const params = { id: added.body.rule.id }
    const changed = await call(changeRule, { params, body: { ...hide, enabled: false } })
    expect(changed.body.rule).toMatchObject({ id: params.id, enabled: false })
    expect(await look()).toEqual(["p5", "p4"])
    expect((await call(readRule, { params })).body).toEqual(changed.body)
    expect((await call(rules)).body.rules).toHaveLength(1)
    expect((await call(removeRule, { params })).body).toEqual({ id: params.id, deleted: true })
    expect(await call(readRule, { params })).toMatchObject({ status: 404, body: { code: "not_found" } })
  })

  it.each<[unknown, string]>([
    [undefined, "name"],
    [[], "(root)"],
    [{ ...hide, what: {} }, "what"],
    [{ ...hide, placements: ["nowhere"] }, "placements.0"],
    [{ ...hide, action: { type: "boost", factor: 1 } }, "action.factor"],
    [{ ...hide, id: "mine" }, "(root)"],
  ])("refuse %j and name %s", async (body, path) => {
    const { status, body: answer } = await call(addRule, { body })
    expect(status).toBe(400)
    expect(answer.fields.map((field: { path: string }) => field.path)).toContain(path)
    expect((await call(rules)).body.rules).toEqual([])
  })

  it("report conflicts, also of a draft", async () => {
    await call(addRule, { body: hide })
    expect((await call(conflicts)).body).toEqual({ conflicts: [] })
    const pin = { ...hide, action: { type: "pin", slots: [1] } }
    const { body } = await call(draftConflicts, { body: { draft: { rules: [pin] } } })
    expect(body.conflicts).toMatchObject([{ kind: "pin_kept_out", products: ["p5"] }])
  })
})

describe("the routes of placements", () => {
  it("put one and go back to the shipped one", async () => {
    const { body } = await call(placements)
    const shipped = body.placements.find(({ name }: { name: string }) => name === "trending")
    const { origin, name: _, ...rest } = shipped
    expect(origin).toBe("shipped")
    const params = { name: "trending" }
    const put = await call(putPlacement, { params, body: { ...rest, limit: 1 } })
    expect(put.body.placement).toMatchObject({ name: "trending", limit: 1, origin: "changed" })
    expect((await call(removePlacement, { params })).body).toEqual({
      ...params,
      deleted: true,
      placement: shipped,
    })
    expect((await call(removePlacement, { params })).status).toBe(404)
    const wrong = await call(putPlacement, { params, body: { ...rest, sources: { guesses: 1 } } })
    expect([wrong.status, wrong.body.fields[0].path]).toEqual([400, "sources.guesses"])
  })
})

describe("preview", () => {
  it("asks what the shopper has agreed to, and takes a situation that is made up", async () => {
    const rule = {
      ...hide,
      when: {
        hours: [20, 24],
        weather: ["rain"],
        regions: ["FR-IDF"],
        events: ["concert"],
        device: ["mobile"],
      },
    }
    const context = {
      at: "2026-06-01T18:30:00Z",
      tz_offset: 120,
      device: "mobile",
      country: "FR",
      region: "IDF",
      weather: { condition: "rain", temperature: 9 },
      local_events: ["Concert", "fair"],
    }
    const draft = { rules: [rule] }
    expect(await look({ draft, context, visitor_id: "v1" })).toEqual(["p4", "p3"])
    expect(asked.at(-1)).toEqual({ visitorId: "v1", customerId: undefined })
    expect(await look({ draft, context: { ...context, weather: undefined } })).toEqual(["p5", "p4"])
    expect(await look({ draft, context: { ...context, local_events: ["fair"] } })).toEqual(["p5", "p4"])
  })

  it("tells every candidate's way", async () => {
    await call(addRule, { body: hide })
    const { body } = await call(preview, { body: { placement: "new-arrivals", limit: 2 } })
    expect(body.rules).toMatchObject([{ name: "no p5", type: "hide" }])
    const outcomes = body.candidates.map((one: { product_id: string; outcome: string }) => [
      one.product_id,
      one.outcome,
    ])
    expect(Object.fromEntries(outcomes)).toMatchObject({
      p4: "shown",
      p3: "shown",
      p2: "below_the_cut",
      p5: "kept_out",
    })
  })

  it.each<[object, string]>([
    [{ placement: "nowhere" }, "placement"],
    [{ placement: "pdp-similar" }, "product_id"],
    [{ placement: "trending", context: { device: "fridge" } }, "context.device"],
    [{ placement: "trending", draft: { rules: [{}] } }, "draft.rules.0.name"],
  ])("refuses %j and names %s", async (body, path) => {
    const { status, body: answer } = await call(preview, { body })
    expect(status).toBe(400)
    expect(answer.fields.map((field: { path: string }) => field.path)).toContain(path)
  })
})

describe("what if", () => {
  it("answers for a shop that has shown nothing, and bounds what is asked", async () => {
    expect((await call(whatIf)).body).toMatchObject({
      requests: 0,
      changed_slots: 0,
      clicks: { now: 0, draft: 0 },
    })
    expect((await call(whatIf, { body: { requests: 5_001 } })).status).toBe(400)
  })
})

import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { MemoryEventLog, MemorySubjectStore } from "../../../../adapters/memory"
import PersonalizationModuleService from "../../../../modules/personalization/service"
import { Ingest } from "../../../../services/events"
import { FULL_CONSENT, NO_CONSENT, type SubjectRef } from "../../../../services/privacy"
import { POST } from "./route"

function shop(ratePerIp: number) {
  const subjects = new MemorySubjectStore()
  const forgotten: SubjectRef[] = []
  const engine = {
    ingest: new Ingest({ log: new MemoryEventLog(), subjects }, { ratePerIp }),
    forgetConsentRecord: (who: SubjectRef) => void forgotten.push(who),
  }
  const service = Object.assign(Object.create(PersonalizationModuleService.prototype) as object, { engine })
  const post = async (body: object, ip = "203.0.113.7") => {
    const answer = { status: 200, body: {} as Record<string, unknown>, headers: {} as Record<string, string> }
    const res = {
      setHeader: (name: string, value: string) => (answer.headers[name.toLowerCase()] = value),
      status(code: number) {
        answer.status = code
        return res
      },
      json: (sent: Record<string, unknown>) => (answer.body = sent),
    }
    const req = { body, ip, originalUrl: "/", headers: {}, scope: { resolve: () => service } }
    await POST(req as unknown as MedusaRequest, res as unknown as MedusaResponse)
    return answer
  }
  return { post, subjects, forgotten }
}

describe("POST /store/personalization/consent", () => {
  it("answers with the decision, which holds from the next request on", async () => {
    const { post, subjects, forgotten } = shop(10)
    expect(await post({ visitor_id: "v1", consent: FULL_CONSENT })).toMatchObject({
      status: 200,
      body: { consent: FULL_CONSENT },
    })
    expect(await subjects.consentsOf([{ visitorId: "v1" }])).toEqual([FULL_CONSENT])
    await post({ visitor_id: "v1", consent: NO_CONSENT })
    expect(await subjects.consentsOf([{ visitorId: "v1" }])).toEqual([NO_CONSENT])
    expect(forgotten.map(({ visitorId }) => visitorId)).toEqual(["v1", "v1"])
  })

  it("stops an address that invents a visitor for every call", async () => {
    const { post, subjects } = shop(3)
    for (const visitor_id of ["v1", "v2", "v3"])
      expect((await post({ visitor_id, consent: FULL_CONSENT })).status).toBe(200)
    const refused = await post({ visitor_id: "v4", consent: FULL_CONSENT })
    expect(refused.status).toBe(429)
    expect(refused.headers["retry-after"]).toBeDefined()
    expect(await subjects.consentsOf([{ visitorId: "v4" }])).toEqual([undefined])
    expect((await post({ visitor_id: "v4", consent: FULL_CONSENT }, "203.0.113.8")).status).toBe(200)
  })
})

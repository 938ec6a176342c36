import type { MedusaRequest } from "@medusajs/framework/http"
import { callOf } from "./edge"
import { senderOf } from "./sender"

const requestWith = (changes: object = {}) =>
  callOf({ ip: "203.0.113.7", headers: {}, ...changes } as unknown as MedusaRequest)

describe("senderOf", () => {
  it("takes the address behind the trusted proxy, whatever the client claims to be", () => {
    const request_context = { ip_address: "1.2.3.4" }
    const headers = { "x-client-ip": "1.2.3.4" }
    expect(senderOf(requestWith({ request_context, headers }), { gpc: false }).ip).toBe("203.0.113.7")
  })

  it("names the sales channel when the key leads to one, and none when it leads to several", () => {
    const keyed = (sales_channel_ids: string[]) =>
      senderOf(requestWith({ publishable_key_context: { key: "pk", sales_channel_ids } }), { gpc: false })
        .context
    expect(keyed(["sc_1"])).toEqual({ sales_channel_id: "sc_1" })
    expect(keyed(["sc_1", "sc_2"])).toEqual({})
    expect(senderOf(requestWith(), { gpc: false }).context).toEqual({})
  })

  it("tells of the situation what demand is counted by, and no city", () => {
    const situation = { now: 0, country: "FR", region: "IDF", city: "Paris", localEvents: ["concert"] }
    const context = { country: "FR", region: "FR-IDF", local_events: ["concert"] }
    expect(senderOf(requestWith(), { gpc: false }, situation).context).toEqual(context)
    expect(senderOf(requestWith(), { gpc: false }, { now: 0, region: "IDF" }).context).toEqual({})
  })

  it("says which key the batch came with, for the limit on a key", () => {
    const call = requestWith({ publishable_key_context: { key: "pk_1", sales_channel_ids: [] } })
    expect(senderOf(call, { gpc: false }).key).toBe("pk_1")
  })
})

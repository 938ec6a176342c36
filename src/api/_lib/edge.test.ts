import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { PersonalizationError } from "../../services/lib"
import { edge } from "./edge"

function exchange(originalUrl = "/store/personalization/events") {
  const logged: string[] = []
  const headers: Record<string, string> = {}
  const answer: { status?: number; body?: Record<string, unknown> } = {}
  const res = {
    headersSent: false,
    setHeader: (name: string, value: string) => (headers[name] = value),
    status(code: number) {
      answer.status = code
      return res
    },
    json: (body: Record<string, unknown>) => (answer.body = body),
  }
  const req = {
    originalUrl,
    scope: { resolve: () => ({ error: (message: string) => logged.push(message) }) },
  }
  const run = (handler: () => unknown) =>
    edge(handler)(req as unknown as MedusaRequest, res as unknown as MedusaResponse)
  return { run, res, answer, headers, logged }
}

describe("edge", () => {
  it("names the wrong field in a 400", async () => {
    const { run, answer, logged } = exchange()
    const fields = [{ path: "limit", message: "must be at most 24" }]
    await run(() => {
      throw new PersonalizationError("invalid_input", "limit: must be at most 24", { fields })
    })
    expect(answer).toEqual({
      status: 400,
      body: { type: "invalid_data", code: "invalid_input", message: "limit: must be at most 24", fields },
    })
    expect(logged).toEqual([])
  })

  it("sets Retry-After in whole seconds, rounded up", async () => {
    const { run, answer, headers } = exchange()
    await run(async () => {
      throw new PersonalizationError("overloaded", "The queue is full.", { retryAfter: 0.4 })
    })
    expect(answer.status).toBe(429)
    expect(headers).toEqual({ "Retry-After": "1", "Access-Control-Expose-Headers": "Retry-After" })
  })

  it("keeps the reason of a server error from shoppers, shows it to admins and logs it", async () => {
    const fail = () => {
      throw new PersonalizationError("missing_service", "PostgreSQL does not answer at db.internal.")
    }
    const shop = exchange()
    await shop.run(fail)
    expect(shop.answer.status).toBe(503)
    expect(String(shop.answer.body?.message)).not.toContain("db.internal")
    expect(shop.logged).toEqual(["PostgreSQL does not answer at db.internal."])

    const admin = exchange("/admin/personalization/overview")
    await admin.run(fail)
    expect(admin.answer.body?.message).toBe("PostgreSQL does not answer at db.internal.")
  })

  it("leaves other errors, and errors after the answer began, to Medusa", async () => {
    const { run, res, answer } = exchange()
    await expect(
      run(() => {
        throw new Error("a bug")
      })
    ).rejects.toThrow("a bug")
    res.headersSent = true
    await expect(
      run(() => {
        throw new PersonalizationError("not_found", "gone")
      })
    ).rejects.toThrow("gone")
    expect(answer).toEqual({})
  })
})

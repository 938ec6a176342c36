import type { MedusaContainer } from "@medusajs/framework/types"
import { MemoryEventLog, MemorySubjectStore } from "../../adapters/memory"
import { Ingest, type Fact } from "../../services/events"
import { FULL_CONSENT } from "../../services/privacy"
import { submitFact } from "./submit"

function shop() {
  const log = new MemoryEventLog()
  const ingest = new Ingest({ log, subjects: new MemorySubjectStore() })
  const lines: string[] = []
  const things: Record<string, unknown> = {
    personalization: { engine: { ingest } },
    logger: { debug: (line: string) => lines.push(line) },
  }
  const container = { resolve: (name: string) => things[name] } as unknown as MedusaContainer
  const types = async () => {
    const found: string[] = []
    for await (const batch of log.replay()) found.push(...batch.map(({ event }) => event.type))
    return found
  }
  return { submit: (fact?: Fact) => submitFact(container, async () => fact), types, lines }
}

const fact: Fact = {
  type: "add_to_cart",
  visitor_id: "v1",
  session_id: "s1",
  consent: FULL_CONSENT,
  items: [{ product_id: "prod_1" }],
}

describe("submitFact", () => {
  it("hands a fact to the log, and nothing when there is none", async () => {
    const { submit, types, lines } = shop()
    await submit(undefined)
    await submit(fact)
    expect(await types()).toEqual(["add_to_cart"])
    expect(lines).toEqual([])
  })

  it("says why a fact was not kept, without failing", async () => {
    const { submit, types, lines } = shop()
    await submit({ ...fact, consent: undefined })
    expect(await types()).toEqual([])
    expect(lines).toEqual([expect.stringMatching(/add_to_cart .*\(no_consent\)/)])
  })
})

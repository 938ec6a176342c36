import type { schema } from "avsc"
import { EVENT_SCHEMAS } from "../src/adapters/kafka/schemas"
import {
  breachesOfEvolution,
  breachesOfLock,
  breachesOfNumbering,
  faultsOfRules,
  lockOf,
} from "./check-schemas.rules"

type Field = { name: string; type: unknown; default?: unknown }
const record = (...fields: Field[]) => ({ type: "record", name: "R", fields }) as schema.AvroSchema
const id: Field = { name: "id", type: "string" }
const note = (more: Partial<Field> = {}): Field => ({
  name: "note",
  type: ["null", "string"],
  default: null,
  ...more,
})

describe("the check of schemas", () => {
  it("finds the events' schemas sound, and its own rules sharp", () => {
    expect(breachesOfEvolution(EVENT_SCHEMAS)).toEqual([])
    expect(faultsOfRules(EVENT_SCHEMAS)).toEqual([])
  })

  it("lets an optional field with a default come and go", () => {
    expect(breachesOfEvolution([record(id), record(id, note()), record(id)])).toEqual([])
  })

  it("refuses a field without a default, for what was written before does not have it", () => {
    const breaches = breachesOfEvolution([record(id), record(id, { name: "kind", type: "string" })])
    expect(breaches).toEqual([expect.stringContaining("v2 cannot read what v1 wrote")])
  })

  it("refuses the loss of a field that the version before needs", () => {
    const breaches = breachesOfEvolution([record(id, { name: "kind", type: "string" }), record(id)])
    expect(breaches).toEqual([expect.stringContaining("v1 cannot read what v2 wrote")])
  })

  it("refuses a change that only one side can bear", () => {
    const breaches = breachesOfEvolution([
      record({ name: "n", type: "int" }),
      record({ name: "n", type: "double" }),
    ])
    expect(breaches).toEqual([expect.stringContaining("v1 cannot read what v2 wrote")])
  })

  it("refuses a released version that has changed, be it in a default only, but not in its docs", () => {
    const released = lockOf([record(id, note())])
    expect(breachesOfLock([record(id, note())], released)).toEqual([])
    const documented = { ...(record(id, note()) as object), doc: "a note" } as schema.AvroSchema
    expect(breachesOfLock([documented], released)).toEqual([])
    const otherDefault = record(id, { name: "note", type: ["string", "null"], default: "" })
    expect(breachesOfLock([otherDefault], released)).toEqual([expect.stringContaining("v1 was released")])
    const early = lockOf([record(id, { name: "n", type: "int", default: 0 })])
    expect(breachesOfLock([record(id, { name: "n", type: "int", default: 1 })], early)).toHaveLength(1)
  })

  it("refuses a version that is gone, and one that was never released", () => {
    const both = [record(id), record(id, note())]
    expect(breachesOfLock([both[0]], lockOf(both))).toEqual([
      expect.stringContaining("v2 was released and is gone"),
    ])
    expect(breachesOfLock(both, lockOf([both[0]]))).toEqual([
      expect.stringContaining("v2 is not in the lock"),
    ])
  })

  it("refuses gaps in the numbers, and a file that is not listed", () => {
    expect(breachesOfNumbering(["event.v2.ts", "event.v1.ts"], 2)).toEqual([])
    expect(breachesOfNumbering(["event.v1.ts", "event.v3.ts"], 2)).toHaveLength(1)
    expect(breachesOfNumbering(["event.v1.ts", "event.v2.ts"], 1)).toHaveLength(1)
  })
})

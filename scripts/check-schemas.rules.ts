// What must hold between the versions of a schema, and against the versions that were released.
import { createHash } from "node:crypto"
import { type schema, Type } from "avsc"
import { fingerprintOf } from "../src/adapters/kafka/avro-event-codec"

/** One released version. */
export interface Locked {
  version: number
  /** CRC-64-AVRO of the parsing canonical form: what messages carry. Hexadecimal, as in the messages. */
  fingerprint: string
  /** Of the whole schema without its docs: defaults, which decide how old messages are read, included. */
  sha256: string
}

const withoutDocs = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutDocs)
  if (typeof value !== "object" || value === null) return value
  const entries = Object.entries(value).filter(([name]) => name !== "doc")
  return Object.fromEntries(entries.map(([name, field]) => [name, withoutDocs(field)]))
}

export const lockOf = (schemas: readonly schema.AvroSchema[]): Locked[] =>
  schemas.map((one, i) => ({
    version: i + 1,
    fingerprint: fingerprintOf(Type.forSchema(one)).toString("hex"),
    sha256: createHash("sha256")
      .update(JSON.stringify(withoutDocs(one)))
      .digest("hex"),
  }))

/** Why `reader` cannot read what `writer` wrote; undefined when it can. */
function unreadable(reader: schema.AvroSchema, writer: schema.AvroSchema): string | undefined {
  try {
    Type.forSchema(reader).createResolver(Type.forSchema(writer))
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

/** Breaches of evolution: each version reads the one before it, and the one before reads it. */
export function breachesOfEvolution(schemas: readonly schema.AvroSchema[]): string[] {
  return schemas.slice(1).flatMap((newer, i) => {
    const [version, older] = [i + 2, schemas[i]]
    const back = unreadable(newer, older)
    const forth = unreadable(older, newer)
    return [
      ...(back ? [`v${version} cannot read what v${version - 1} wrote: ${back}`] : []),
      ...(forth ? [`v${version - 1} cannot read what v${version} wrote: ${forth}`] : []),
    ]
  })
}

/** Breaches of the lock: a released version is there and as it was, and every version is released. */
export function breachesOfLock(schemas: readonly schema.AvroSchema[], locked: readonly Locked[]): string[] {
  const now = lockOf(schemas)
  const breaches: string[] = []
  for (const { version, fingerprint, sha256 } of locked) {
    const found = now[version - 1]
    if (!found)
      breaches.push(`v${version} was released and is gone: messages written with it could not be read`)
    else if (found.fingerprint !== fingerprint || found.sha256 !== sha256)
      breaches.push(`v${version} was released and has changed: undo it, and make a new version of the change`)
  }
  for (const { version } of now.slice(locked.length))
    breaches.push(`v${version} is not in the lock: npx tsx scripts/check-schemas.ts --write`)
  return breaches
}

/** Breaches of numbering: `<name>.v1.ts`, `v2`, … without a gap, each of them in the list. */
export function breachesOfNumbering(files: readonly string[], listed: number): string[] {
  const numbers = files.map((file) => Number(/\.v(\d+)\.ts$/.exec(file)?.[1])).sort((a, b) => a - b)
  const gaps = numbers.some((number, i) => number !== i + 1)
  if (gaps) return [`versions must be numbered from 1 without gaps, but there are ${numbers.join(", ")}`]
  if (numbers.length !== listed)
    return [`there are ${numbers.length} files of versions, but ${listed} in the list`]
  return []
}

/** Rules that let pass what they are for: a rule that no longer bites passes for ever. */
export function faultsOfRules(schemas: readonly schema.AvroSchema[]): string[] {
  const newest = schemas[schemas.length - 1] as schema.AvroSchema & {
    fields: { name: string; type: unknown }[]
  }
  const changed = (fields: unknown) => ({ ...(newest as object), fields }) as schema.AvroSchema
  const retyped = newest.fields.map((field) => (field.name === "ts" ? { ...field, type: "string" } : field))
  const seeds: [string, schema.AvroSchema][] = [
    ["a field without a default", changed([...newest.fields, { name: "added", type: "string" }])],
    [
      "the loss of a field without a default",
      changed(newest.fields.filter(({ name }) => name !== "event_id")),
    ],
    ["a field of another type", changed(retyped)],
  ]
  const passed = seeds.filter(([, seed]) => breachesOfEvolution([...schemas, seed]).length === 0)
  const faults = passed.map(([what]) => `the rule of evolution lets pass ${what}`)
  const harmless = changed([...newest.fields, { name: "added", type: ["null", "string"], default: null }])
  if (breachesOfEvolution([newest, harmless]).length > 0)
    faults.push("the rule of evolution refuses an optional field with a default")
  if (breachesOfLock([...schemas.slice(0, -1), harmless], lockOf(schemas)).length === 0)
    faults.push("the lock lets pass a released version that has changed")
  if (breachesOfNumbering(["event.v1.ts", "event.v3.ts"], 2).length === 0)
    faults.push("the rule of numbering lets pass a gap")
  return faults
}

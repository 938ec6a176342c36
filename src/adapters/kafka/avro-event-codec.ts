import type { Type } from "avsc"
import type { ShopEvent } from "../../services/events"
import { PersonalizationError } from "../../services/lib"
import type { EventCodec } from "./event-codec"
import { rabin } from "./rabin"
import { SchemaRegistry } from "./schema-registry"
import { EVENT_SCHEMAS } from "./schemas"

export interface AvroEventCodecOptions {
  /** A Confluent-compatible registry; without one each message names its schema by fingerprint. */
  schemaRegistryUrl?: string
  /** Name of the schema in the registry: `<topic>-value`. */
  subject?: string
}

/** Bytes of a message with the place where the event begins, and what it was written with. */
type Read = (bytes: Buffer) => ShopEvent

const SINGLE_OBJECT = Buffer.from([0xc3, 0x01])
const SINGLE_OBJECT_HEADER = 10
const REGISTRY_MAGIC = 0
const REGISTRY_HEADER = 5

/**
 * Events as Avro. Written with the newest schema, in the single-object encoding (marker, fingerprint, event), or with a
 * registry in the Confluent wire format (0, id, event); both are read, whatever known version they were written with.
 * https://avro.apache.org/docs/1.12.0/specification/#single-object-encoding
 */
export class AvroEventCodec implements EventCodec {
  private readonly newest: Type
  private readonly byFingerprint = new Map<string, Read>()
  private readonly byId = new Map<number, Promise<Read>>()
  private readonly registry: SchemaRegistry | undefined
  private readonly subject: string
  private header: Buffer
  private registered: Promise<void> | undefined

  /** Loads avsc, which nobody needs without Kafka. */
  static async create(options: AvroEventCodecOptions = {}): Promise<AvroEventCodec> {
    return new AvroEventCodec((await import("avsc")).default.Type, options)
  }

  private constructor(
    private readonly avro: typeof Type,
    { schemaRegistryUrl, subject = "personalization.events-value" }: AvroEventCodecOptions
  ) {
    const versions = EVENT_SCHEMAS.map((schema) => avro.forSchema(schema))
    this.newest = versions[versions.length - 1]
    for (const version of versions) {
      const read = this.reader(version, SINGLE_OBJECT_HEADER)
      this.byFingerprint.set(fingerprintOf(version).toString("hex"), read)
    }
    this.header = Buffer.concat([SINGLE_OBJECT, fingerprintOf(this.newest)])
    this.registry = schemaRegistryUrl === undefined ? undefined : new SchemaRegistry(schemaRegistryUrl)
    this.subject = subject
  }

  async ready(): Promise<void> {
    if (!this.registry) return
    this.registered ??= this.register(this.registry).catch((error: unknown) => {
      this.registered = undefined
      throw error
    })
    return this.registered
  }

  encode(event: ShopEvent): Buffer {
    try {
      return Buffer.concat([this.header, this.newest.toBuffer(event)])
    } catch (cause) {
      const message = `event ${event.event_id} does not fit the schema: ${(cause as Error).message}`
      throw new PersonalizationError("invalid_input", message, { cause })
    }
  }

  decode(bytes: Buffer): ShopEvent | Promise<ShopEvent> {
    if (bytes.length > SINGLE_OBJECT_HEADER && bytes.subarray(0, 2).equals(SINGLE_OBJECT)) {
      const fingerprint = bytes.toString("hex", 2, SINGLE_OBJECT_HEADER)
      const read = this.byFingerprint.get(fingerprint)
      if (read) return read(bytes)
      throw new Error(
        `the message was written with an unknown schema (fingerprint ${fingerprint}); is its writer newer than this reader?`
      )
    }
    if (bytes.length > REGISTRY_HEADER && bytes[0] === REGISTRY_MAGIC) return this.decodeById(bytes)
    throw new Error("the message is no event: it begins with the mark of no known encoding")
  }

  private async decodeById(bytes: Buffer): Promise<ShopEvent> {
    const id = bytes.readInt32BE(1)
    let known = this.byId.get(id)
    if (!known) {
      known = this.fetchReader(id)
      this.byId.set(id, known)
      // Asked again next time: the registry may have been away, or may learn of the schema yet.
      known.catch(() => this.byId.delete(id))
    }
    return (await known)(bytes)
  }

  private async fetchReader(id: number): Promise<Read> {
    if (!this.registry)
      throw new Error(
        `the message was written with schema ${id} of a registry, but schemaRegistryUrl is not set`
      )
    const writer = this.avro.forSchema(JSON.parse(await this.registry.schemaOf(id)))
    return this.reader(writer, REGISTRY_HEADER)
  }

  private async register(registry: SchemaRegistry): Promise<void> {
    const schema = JSON.stringify(EVENT_SCHEMAS[EVENT_SCHEMAS.length - 1])
    const header = Buffer.alloc(REGISTRY_HEADER)
    header.writeInt32BE(await registry.register(this.subject, schema), 1)
    this.header = header
  }

  /** Reads what `writer` wrote after a header, as the newest version has it. */
  private reader(writer: Type, header: number): Read {
    const resolver = writer.equals(this.newest) ? undefined : this.newest.createResolver(writer)
    return (bytes) => plain(this.newest.fromBuffer(bytes.subarray(header), resolver)) as ShopEvent
  }
}

/** CRC-64-AVRO of a type's parsing canonical form, which avsc's `schema()` gives. */
export const fingerprintOf = (type: Type): Buffer => rabin(JSON.stringify(type.schema()))

/** Avro's records as JSON would have them: absent fields left out, and no negative zero. */
function plain(value: unknown): unknown {
  if (typeof value === "number") return value + 0
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== "object" || value === null) return value
  const result: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(value)) if (field !== null) result[name] = plain(field)
  return result
}

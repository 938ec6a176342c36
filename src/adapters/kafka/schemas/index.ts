import type { schema } from "avsc"
import { eventV1 } from "./event.v1"
import { eventV2 } from "./event.v2"
import { eventV3 } from "./event.v3"
import { eventV4 } from "./event.v4"

/**
 * Every schema that an event was ever written with, version 1 first; the last is what is written now. A new version is
 * a new file and a line here; it may add fields with defaults, so that the version before can read it and it can read
 * the version before (`scripts/check-schemas.ts` proves both).
 */
export const EVENT_SCHEMAS: readonly schema.AvroSchema[] = [eventV1, eventV2, eventV3, eventV4]

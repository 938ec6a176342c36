import { z } from "zod"

/** Options that belong together; left out, each has its default. */
export const section = <T extends z.ZodRawShape>(shape: T) => z.strictObject(shape).prefault({} as never)

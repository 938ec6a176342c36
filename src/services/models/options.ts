import { z } from "zod"
import { fieldIssues, PersonalizationError } from "../lib"

/**
 * Reads a model's options.
 * @throws PersonalizationError `invalid_option` that names the model, the option and what it may be.
 */
export function modelOptions<S extends z.ZodType>(model: string, schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(input ?? {})
  if (result.success) return result.data
  const fields = fieldIssues(result.error, model)
  throw new PersonalizationError(
    "invalid_option",
    fields.map((field) => `option \`${field.path}\`: ${field.message}`).join("; "),
    { fields, cause: result.error }
  )
}

/** A number that may also come as text, as it does from a command line. */
export const numeric = () => z.coerce.number()

/** A yes or no that may also come as text, as it does from a command line. */
export const flag = () =>
  z.preprocess((value) => (value === "true" ? true : value === "false" ? false : value), z.boolean())

/**
 * May the item seen last be recommended again? `auto`: where at least one step in a hundred of the training
 * sessions stays on the same item.
 */
export const recommendLast = () => z.enum(["auto", "always", "never"]).default("auto")

import type { ZodError, ZodType, output } from "zod"
import { PersonalizationError, type FieldIssue } from "./errors"

/** The field-by-field reasons of a zod error. */
export function fieldIssues(error: ZodError, prefix = ""): FieldIssue[] {
  return error.issues.map((issue) => ({
    path: [prefix, ...issue.path.map(String)].filter((part) => part !== "").join(".") || "(root)",
    message: issue.message,
  }))
}

/**
 * Validates `input` and returns the parsed value.
 * @throws PersonalizationError `invalid_input` whose message and `fields` name every wrong field.
 */
export function parse<S extends ZodType>(schema: S, input: unknown, prefix = ""): output<S> {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  const fields = fieldIssues(result.error, prefix)
  const message = fields.map((field) => `${field.path}: ${field.message}`).join("; ")
  throw new PersonalizationError("invalid_input", message, { fields, cause: result.error })
}

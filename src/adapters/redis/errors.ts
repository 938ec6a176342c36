import { PersonalizationError } from "../../services/lib"

/** First words of answers by which a server says that it cannot serve now, and may soon. */
const AWAY = new Set(
  (
    "CLUSTERDOWN LOADING READONLY MASTERDOWN TRYAGAIN MOVED ASK MISCONF OOM BUSY NOREPLICAS UNKILLABLE " +
    "NOAUTH WRONGPASS NOPERM UNBLOCKED"
  ).split(" ")
)

/** Mistakes in the program; everything else that the driver throws by itself is about connections. */
const MISTAKES = new Set(["TypeError", "RangeError", "SyntaxError", "ReferenceError"])

/**
 * What a driver's error means to the rest: `unavailable` when the server is away, too slow, or cannot serve now;
 * other answers of the server, which no waiting mends, stay as they are.
 */
export function asUnavailable(error: unknown): unknown {
  if (error instanceof PersonalizationError) return error
  const { name, message } = error as Error
  if (MISTAKES.has(name)) return error
  if (name === "ReplyError" && !AWAY.has(message.split(" ", 1)[0])) return error
  return new PersonalizationError("unavailable", `Redis cannot be used now: ${message}`, { cause: error })
}

/** Runs commands; their errors come out translated. */
export async function translated<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    throw asUnavailable(error)
  }
}

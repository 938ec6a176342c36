/** Runs a Lua script: keys first, then arguments. */
export type Script = (keys: readonly string[], args: readonly (string | number)[]) => Promise<unknown>

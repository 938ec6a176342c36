import { execFileSync } from "node:child_process"
import { setFlagsFromString } from "node:v8"
import { Command } from "commander"
import { registerConsume } from "./consume"
import { BOUND_HEAP } from "./heap"
import { registerServe } from "./serve"

jest.mock("node:v8", () => ({ ...jest.requireActual<object>("node:v8"), setFlagsFromString: jest.fn() }))

it.each([
  ["serve", registerServe],
  ["consume", registerConsume],
])("is bound where `%s` runs", async (name, register) => {
  const program = new Command()
  register(program)
  jest.mocked(setFlagsFromString).mockClear()
  await expect(program.parseAsync(["node", "cli", name, "--port", "none"])).rejects.toThrow("port")
  expect(setFlagsFromString).toHaveBeenCalledWith(BOUND_HEAP)
})

it("is bound by a flag that this Node knows", () => {
  // Node ends with 9 on a flag that V8 does not know.
  expect(execFileSync(process.execPath, [BOUND_HEAP, "-p", "'known'"], { encoding: "utf8" })).toBe("known\n")
})

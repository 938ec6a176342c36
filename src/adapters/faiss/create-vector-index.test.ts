import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { noMetrics, PersonalizationError, silentLogger } from "../../services/lib"
import * as node from "../node"
import { createVectorIndex } from "./create-vector-index"

jest.mock("../node")

/** Runs another program in the place of the FAISS process. */
function childIs(program: string): void {
  const file = join(directory, "child.cjs")
  writeFileSync(file, program)
  jest.mocked(node.entryPoint).mockReturnValue({ file, execArgv: [] })
}

const directory = mkdtempSync(join(tmpdir(), "faiss-child-"))
afterAll(() => rmSync(directory, { recursive: true }))

const lines: string[] = []
const settings = {
  dimensions: 4,
  timeoutMs: 50,
  maxMemoryMb: 1_024,
  metrics: noMetrics,
  logger: { ...silentLogger, info: (line: string) => lines.push(line) },
}
const withoutPackage =
  'process.on("message", ({ seqs }) =>' +
  ' process.send({ type: "failed", seqs, message: "Cannot find module \'faiss-node\'\\nRequire stack" }))'
const abortingAtLoad = 'process.on("message", () => process.abort())'

describe("createVectorIndex without a faiss-node that loads", () => {
  it("makes the exact index for `exact` without trying", async () => {
    expect((await createVectorIndex("exact", settings)).kind).toBe("exact")
    expect(node.entryPoint).not.toHaveBeenCalled()
  })

  it.each([withoutPackage, abortingAtLoad])(
    "makes the exact index for `auto` and says so",
    async (program) => {
      childIs(program)
      lines.length = 0
      const index = await createVectorIndex("auto", settings)
      expect(index.kind).toBe("exact")
      expect(lines.join()).toMatch(/exact, for faiss-node does not load .*npm install faiss-node/)
    }
  )

  it("refuses `faiss`, naming package, option and remedy", async () => {
    childIs(withoutPackage)
    const error = await createVectorIndex("faiss", settings).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(PersonalizationError)
    expect((error as PersonalizationError).code).toBe("missing_package")
    expect((error as Error).message).toContain("Cannot find module 'faiss-node'")
    expect((error as Error).message).toContain("`retrieval.index`")
    expect((error as Error).message).toContain("npm install faiss-node")
    expect((error as Error).message).not.toContain("Require stack")
  })
})

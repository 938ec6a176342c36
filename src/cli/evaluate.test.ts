import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Command } from "commander"
import { registerEvaluate } from "./evaluate"

describe("evaluate", () => {
  let folder: string
  const printed: string[] = []

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "evaluate-"))
    // 40 sessions in which b follows a and d follows c, and the same to be asked for.
    await writeFile(join(folder, "train_sessions.txt"), "a b\nc d\n".repeat(20))
    await writeFile(join(folder, "test_prefix_target.tsv"), "a\tb\nc\td\na\tc\n")
    printed.length = 0
    jest.spyOn(process.stdout, "write").mockImplementation((text) => printed.push(String(text)) > 0)
  })
  afterEach(async () => {
    jest.restoreAllMocks()
    await rm(folder, { recursive: true })
  })

  const run = async (...args: string[]) => {
    const program = new Command().exitOverride().configureOutput({ writeErr() {} })
    registerEvaluate(program)
    for (const command of program.commands) command.exitOverride().configureOutput({ writeErr() {} })
    await program.parseAsync(["evaluate", "--data", folder, ...args], { from: "user" })
  }

  it("measures all models and writes what it found as JSON, page and predictions", async () => {
    const out = (name: string) => join(folder, "out", name)
    await run("--json", out("r.json"), "--html", out("r.html"), "--predictions", out("p.tsv"))
    const report = JSON.parse(await readFile(out("r.json"), "utf8"))
    expect(report).toMatchObject({
      protocol: "next-item",
      examples: 3,
      k: 20,
      train: { sessions: 40, items: 4 },
    })
    const rules = report.results.find(({ model }: { model: string }) => model === "sequential-rules")
    expect(rules.metrics.hr.mean).toBeCloseTo(2 / 3, 12)
    expect(rules.overBaseline.hr).toBeDefined()
    const page = await readFile(out("r.html"), "utf8")
    for (const { model } of report.results) expect(page).toContain(model)
    expect(await readFile(out("p.sequential-rules.tsv"), "utf8")).toBe("b\nd\nb\n")
    expect(await readdir(join(folder, "out"))).toContain("p.tsv")
    expect(printed.join("")).toContain("sequential-rules")
  })

  it("writes the predictions of the one model asked for", async () => {
    await run("--models", "vmis-knn", "--predictions", join(folder, "p.tsv"))
    expect((await readFile(join(folder, "p.tsv"), "utf8")).split("\n")).toHaveLength(4)
    expect(await readFile(join(folder, "p.tsv"), "utf8")).toBe(
      await readFile(join(folder, "p.vmis-knn.tsv"), "utf8")
    )
  })

  it("compares with several models one behind the other", async () => {
    const file = join(folder, "r.json")
    await run("--models", "vmis-knn", "--baseline", "sequential-rules+popularity", "--json", file)
    const { baseline, results } = JSON.parse(await readFile(file, "utf8"))
    expect(baseline).toBe("sequential-rules+popularity")
    expect(results.map(({ model }: { model: string }) => model)).toEqual([
      "sequential-rules+popularity",
      "popularity",
      "vmis-knn",
    ])
    expect(results[0].overBaseline).toBeUndefined()
    expect(results[2].overBaseline.ndcg).toBeDefined()
    await expect(run("--baseline", "popularity+nothing")).rejects.toThrow('there is no "nothing"')
  })

  it("passes options on to the models", async () => {
    await run(
      "--models",
      "sequential-rules",
      "--option",
      "sequential-rules.steps=1",
      "--option",
      "sequential-rules.prune=1"
    )
    await expect(run("--option", "sequential-rules.steps=none")).rejects.toMatchObject({
      code: "invalid_option",
      message: expect.stringContaining("sequential-rules.steps"),
    })
    await expect(run("--option", "nonsense")).rejects.toThrow("model.name=value")
  })

  it("names a model, a protocol or a number that will not do", async () => {
    await expect(run("--models", "nothing")).rejects.toThrow('there is no "nothing"')
    await expect(run("--protocol", "basket")).rejects.toThrow("session-lines can be measured by next-item")
    await expect(run("--k", "0")).rejects.toThrow("above 0")
    await expect(run("--test-share", "2")).rejects.toThrow("between 0 and 1")
  })
})

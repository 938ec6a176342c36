import { execFileSync, spawn, spawnSync } from "node:child_process"
import { join } from "node:path"
import { noMetrics, Random, silentLogger, type Labels } from "../../services/lib"
import { clusteredVectors, vectorIndexContract } from "../../services/testing/vector-index.contract"
import { ExactVectorIndex } from "../wasm"
import { createVectorIndex } from "./create-vector-index"
import { FaissVectorIndex, type FaissSettings } from "./faiss-vector-index"

const root = join(__dirname, "../../..")
const loads = spawnSync(process.execPath, [join(root, "scripts/build-faiss.mjs"), "--check"]).status === 0
if (!loads && process.env.CI !== "true") {
  console.warn("FAISS tests are skipped, for faiss-node does not load: run `npm run build:faiss`.")
}

const N = 400
const D = 16
const ids = Array.from({ length: N }, (_, i) => `prod_${i}`)
const vectors = clusteredVectors(new Random(2), N, D, 10)
const query = (i: number) => vectors.slice((i % N) * D, ((i % N) + 1) * D)

let counted: Record<string, number> = {}
const metrics = {
  ...noMetrics,
  count: (name: string, labels: Labels = {}) => {
    const key = `${name}{${labels.reason}}`
    counted[key] = (counted[key] ?? 0) + 1
  },
}
/** Patient, so that a busy machine does not make FAISS fall back where it should answer. */
const patient: FaissSettings = {
  dimensions: D,
  timeoutMs: 10_000,
  maxMemoryMb: 2_048,
  metrics,
  logger: silentLogger,
  heartbeat: { everyMs: 100, misses: 5 },
  backoffMs: [10, 100],
}

async function open(settings: Partial<FaissSettings> = {}): Promise<FaissVectorIndex> {
  const index = new FaissVectorIndex({ ...patient, ...settings })
  await index.start()
  return index
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20))
}

jest.setTimeout(120_000)

if (!loads && process.env.CI === "true") {
  it("has faiss-node", () => {
    throw new Error("faiss-node does not load: run `npm run build:faiss` before the tests.")
  })
}

const suite = loads ? describe : describe.skip
suite("FaissVectorIndex", () => {
  let index: FaissVectorIndex
  const exact = new ExactVectorIndex(D)
  beforeAll(() => exact.build(ids, vectors))
  beforeEach(() => (counted = {}))
  afterEach(() => index?.close())

  vectorIndexContract({
    create: (dimensions) => open({ dimensions }),
    settled: (opened) => (opened as FaissVectorIndex).ready(),
    minRecall: 0.98,
  })

  /** Searches, and checks each answer against the exact index: no request fails, none is wrong. */
  async function searchAll(count: number): Promise<void> {
    const all = Array.from({ length: count }, async (_, i) => [await index.search(query(i), 10), i] as const)
    for (const [found, i] of await Promise.all(all)) {
      const truth = await exact.search(query(i), 10)
      found.forEach(({ score }, rank) => expect(score).toBeCloseTo(truth[rank].score, 4))
      expect(found).toHaveLength(10)
    }
  }

  it("lets FAISS answer once it is ready, the exact index until then", async () => {
    index = await open()
    await index.build(ids, vectors)
    await searchAll(5)
    expect(index.fallbacks).toBe(5)
    expect(counted["index_fallback_total{starting}"]).toBe(5)
    await index.ready()
    await searchAll(50)
    expect(index.fallbacks).toBe(5)
  })

  it("hands searches beyond what may wait for the process to the exact index", async () => {
    index = await open()
    await index.build(ids, vectors)
    await index.ready()
    await searchAll(N)
    expect(counted["index_fallback_total{busy}"]).toBe(N - 128)
  })

  it("answers every search while the process is killed, and replaces it", async () => {
    index = await open()
    await index.build(ids, vectors)
    await index.ready()
    for (let round = 0; round < 3; round++) {
      const pid = index.pid as number
      const searching = searchAll(60)
      process.kill(pid, "SIGKILL")
      await searching
      await until(() => !alive(pid))
      await searchAll(10)
      await index.ready()
      expect(index.pid).not.toBe(pid)
    }
    expect(counted["index_fallback_total{dead}"]).toBeGreaterThan(0)
    expect(counted["index_load_total{ended}"]).toBeGreaterThanOrEqual(3)
    const before = index.fallbacks
    await searchAll(50)
    expect(index.fallbacks).toBe(before)
  })

  it("lets a patient search wait for the process, and fail with it", async () => {
    index = await open({ timeoutMs: 20 })
    await index.build(ids, vectors)
    await index.ready()
    expect(index.together).toBeGreaterThan(1)
    const pid = index.pid as number
    process.kill(pid, "SIGSTOP")
    const found = index.search(vectors.slice(0, D), 5, true)
    await new Promise((resolve) => setTimeout(resolve, 100))
    process.kill(pid, "SIGCONT")
    expect((await found)[0].id).toBe(ids[0])
    process.kill(pid, "SIGSTOP")
    const failing = index.search(vectors.slice(0, D), 5, true)
    process.kill(pid, "SIGKILL")
    await expect(failing).rejects.toThrow("SIGKILL")
    expect(index.fallbacks).toBe(0)
    // There is none that could be waited for.
    expect(await index.search(vectors.slice(0, D), 5, true)).toHaveLength(5)
    expect(index.fallbacks).toBe(1)
  })

  it("gives each of many searches at once its own answer, however many neighbours it wants", async () => {
    index = await open()
    await index.build(ids, vectors)
    await index.ready()
    const exact = new ExactVectorIndex(D)
    await exact.build(ids, vectors)
    const queries = Array.from({ length: 30 }, (_, row) => vectors.slice(row * D, (row + 1) * D))
    const found = await Promise.all(queries.map((query, row) => index.search(query, row, true)))
    for (const [row, query] of queries.entries())
      expect(found[row].map(({ id }) => id)).toEqual((await exact.search(query, row)).map(({ id }) => id))
    expect(index.fallbacks).toBe(0)
    await exact.close()
  })

  it("lets no shopper wait behind many patient searches", async () => {
    index = await open()
    await index.build(ids, vectors)
    await index.ready()
    const patient = [0, 1, 2].map((row) => index.search(vectors.slice(row * D, (row + 1) * D), 5, true))
    expect((await index.search(vectors.slice(0, D), 5))[0].id).toBe(ids[0])
    expect(counted["index_fallback_total{busy}"]).toBe(1)
    const found = await Promise.all(patient)
    expect(found.map(([first]) => first.id)).toEqual(ids.slice(0, 3))
    await index.search(vectors.slice(0, D), 5)
    expect(index.fallbacks).toBe(1)
  })

  it("answers every search while the process is stopped, and replaces it", async () => {
    index = await open({ timeoutMs: 50 })
    await index.build(ids, vectors)
    await index.ready()
    const pid = index.pid as number
    process.kill(pid, "SIGSTOP")
    await searchAll(20)
    expect(counted["index_fallback_total{timeout}"]).toBeGreaterThan(0)
    await searchAll(20)
    expect(counted["index_fallback_total{hung}"]).toBeGreaterThanOrEqual(20)
    await until(async () => {
      await searchAll(1)
      return index.pid !== undefined && index.pid !== pid
    })
    expect(alive(pid)).toBe(false)
  })

  it("replaces a process that leaks before it is too big, without a search falling back", async () => {
    const d = 512
    const wide = clusteredVectors(new Random(4), 50, d, 5)
    const names = ids.slice(0, 50)
    const settings = { dimensions: d, maxMemoryMb: 4_096 }
    index = await open(settings)
    await index.build(names, wide)
    await index.ready()
    const first = index.pid
    // faiss-node itself leaks 2 kB with each of these searches; the margin lets a fresh process in.
    settings.maxMemoryMb = index.memory / 2 ** 20 + 40
    await index.close()
    index = await open(settings)
    await index.build(names, wide)
    await index.ready()
    const before = index.fallbacks
    const pid = index.pid as number
    expect(pid).not.toBe(first)
    await until(async () => {
      await Promise.all(
        Array.from({ length: 60 }, (_, i) => index.search(wide.slice((i % 50) * d, ((i % 50) + 1) * d), 10))
      )
      return index.pid !== pid
    })
    expect(counted["index_load_total{memory}"]).toBeGreaterThan(0)
    expect(index.fallbacks).toBe(before)
    await until(() => !alive(pid))
  })

  it("stays with the exact index, and names the option, when the memory allowed is too little", async () => {
    const errors: string[] = []
    index = await open({
      maxMemoryMb: 5,
      logger: { ...silentLogger, error: (message) => errors.push(message) },
    })
    await index.build(ids, vectors)
    await index.ready()
    await searchAll(5)
    expect(errors[0]).toContain("retrieval.faissMaxMemoryMb")
    expect(counted["index_fallback_total{memory}"]).toBeGreaterThan(0)
    expect(index.pid).toBeUndefined()
  })

  it("loads a fresh process when many vectors have been replaced", async () => {
    index = await open()
    await index.build(ids, vectors)
    await index.ready()
    const pid = index.pid
    await index.add(ids, vectors)
    await index.ready()
    expect(index.pid).not.toBe(pid)
    await searchAll(30)
    expect(counted["index_load_total{worn}"]).toBe(1)
  })

  it("walks a graph over many vectors, and as broadly as good recall needs", async () => {
    const [n, d] = [3_000, 48]
    const many = clusteredVectors(new Random(6), n, d, 1, 1)
    const names = Array.from({ length: n }, (_, i) => `p${i}`)
    index = await open({ dimensions: d, flatLimit: 1_000, breadths: [20, 320] })
    await index.build(names, many)
    await index.ready()
    expect(counted["index_load_total{recall}"]).toBeGreaterThan(0)
    const before = index.fallbacks
    expect(await index.recall(200)).toBeGreaterThanOrEqual(0.98)
    expect(index.fallbacks).toBe(before)
    // More neighbours than the walk keeps: the exact index brings them.
    expect(await index.search(many.slice(0, d), 2_000)).toHaveLength(2_000)
    expect(counted["index_fallback_total{broad}"]).toBe(1)
  })

  it("scans all vectors where no graph finds enough of the nearest", async () => {
    const [n, d] = [3_000, 48]
    index = await open({ dimensions: d, flatLimit: 1_000, breadths: [20] })
    const names = Array.from({ length: n }, (_, i) => `p${i}`)
    await index.build(names, clusteredVectors(new Random(6), n, d, 30, 0.1))
    await index.ready()
    expect(counted["index_load_total{recall}"]).toBe(1)
    expect(await index.recall(200)).toBe(1)
    expect(index.fallbacks).toBe(0)
  })

  it("leaves no process behind after close, not even while one is loading", async () => {
    index = await open()
    const first = index.pid as number
    const building = index.build(ids, vectors)
    await building
    await index.close()
    expect(alive(first)).toBe(false)
    expect(index.pid).toBeUndefined()
    const children = execFileSync("ps", ["-o", "args=", "--ppid", String(process.pid)], { encoding: "utf8" })
    expect(children).not.toContain("adapters/faiss/child")
  })

  it("leaves no process behind when its own process is killed", async () => {
    const script =
      `const { FaissVectorIndex } = require(${JSON.stringify(join(__dirname, "faiss-vector-index.ts"))});` +
      "const none = () => undefined;" +
      "const index = new FaissVectorIndex({ dimensions: 4, timeoutMs: 100, maxMemoryMb: 1024," +
      "  metrics: { count: none, gauge: none, observe: none }, logger: { info: none, warn: none } });" +
      "index.start().then(() => { console.log(index.pid); setInterval(none, 1000) })"
    const parent = spawn(process.execPath, ["--import", "tsx", "-e", script], {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, NODE_OPTIONS: "" },
    })
    const pid = Number(await new Promise<Buffer>((resolve) => parent.stdout.once("data", resolve)))
    expect(alive(pid)).toBe(true)
    parent.kill("SIGKILL")
    await until(() => !alive(pid))
  })

  it("is what `auto` and `faiss` make", async () => {
    for (const kind of ["auto", "faiss"] as const) {
      const made = await createVectorIndex(kind, patient)
      expect(made.kind).toBe("faiss")
      await made.close()
    }
  })
})

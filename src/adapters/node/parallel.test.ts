import { KernelMemory, Random, SymmetricMatrix, type Crew } from "../../services/lib"
import { nodeParallel } from "./parallel"

const SIZE = 400

async function inverted(crewOf: (memory: KernelMemory) => Promise<Crew>): Promise<Float32Array> {
  const memory = new KernelMemory()
  const matrix = new SymmetricMatrix(memory, SIZE)
  const random = new Random(1)
  for (let i = 0; i < SIZE; i++) {
    matrix.add(i, i, SIZE)
    for (let j = 0; j < i; j++) matrix.add(i, j, random.normal())
  }
  const crew = await crewOf(memory)
  try {
    await matrix.invert(crew, () => {})
  } finally {
    crew.close()
  }
  const all = new Float32Array(SIZE * SIZE)
  matrix.forEachRow((row, values) => all.set(values, row * SIZE))
  return all
}

describe("nodeParallel", () => {
  it("inverts to the same bits on one thread and on three", async () => {
    const alone = await inverted((memory) => memory.crew(undefined, 0))
    expect(await inverted(({ memory }) => nodeParallel(3).crew(memory))).toEqual(alone)
  })

  it("rejects when a call fails", async () => {
    const memory = new KernelMemory()
    const crew = await nodeParallel(2).crew(memory.memory)
    const beyond = 2 ** 31
    const bad = { kernel: "gram" as const, args: [beyond, 8, 8, beyond] }
    await expect(crew.run(Array.from({ length: 4 }, () => bad))).rejects.toThrow()
    crew.close()
  })

  it("starts threads for large work only", async () => {
    let started = 0
    const parallel = {
      threads: 2,
      crew: async () => {
        started++
        return { run: async () => {}, close() {} }
      },
    }
    const memory = new KernelMemory()
    await memory.crew(parallel, 1e6)
    expect(started).toBe(0)
    await memory.crew(parallel, 1e12)
    expect(started).toBe(1)
    await memory.crew({ ...parallel, threads: 1 }, 1e12)
    expect(started).toBe(1)
  })
})

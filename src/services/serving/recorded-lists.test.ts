import { MemoryExposureStore } from "../../adapters/memory"
import type { Exposure } from "./recommendation"
import { recordedLists } from "./recorded-lists"

const exposure = (i: number): Exposure => ({
  requestId: `r${String(i).padStart(2, "0")}`,
  ts: 1_000 + i,
  placement: i % 2 ? "odd" : "even",
  featureNames: [],
  slots: [],
  context: {},
})

describe("recordedLists", () => {
  const exposures = new MemoryExposureStore()
  beforeAll(() => exposures.record(Array.from({ length: 25 }, (_, i) => exposure(i))))

  const told = async (asked: Parameters<typeof recordedLists>[1]) => {
    const found: number[] = []
    for await (const { ts } of recordedLists(exposures, asked)) found.push(ts - 1_000)
    return found
  }

  it("gives each list once over all pages, the newest first", async () => {
    expect(await told({ limit: 100 })).toEqual(Array.from({ length: 25 }, (_, i) => 24 - i))
    expect(await told({ limit: 20 })).toHaveLength(20)
  })

  it("stops at the limit in the middle of a page, and keeps to a placement", async () => {
    expect(await told({ limit: 11, placement: "even" })).toEqual([24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4])
  })

  it("lets others have their turn between pages", async () => {
    let turns = 0
    let over = false
    const count = () => {
      turns++
      if (!over) setImmediate(count)
    }
    setImmediate(count)
    await told({ limit: 25 })
    over = true
    expect(turns).toBeGreaterThanOrEqual(2)
  })
})

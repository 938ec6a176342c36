import { minuteSeries, roundUp } from "./minutes"

const noon = Date.parse("2026-03-01T12:00:00Z")
const at = (minutes: number) => new Date(noon + minutes * 60_000).toISOString()

describe("minuteSeries", () => {
  it("fills minutes without a row and marks the one that is not over", () => {
    const rows = [
      { minute: at(-2), count: 4 },
      { minute: at(0), count: 7 },
    ]
    const { minutes, total, ceiling } = minuteSeries(rows, noon + 30_000, 4)
    expect(minutes.map(({ count }) => count)).toEqual([0, 4, 0, 7])
    expect(minutes.map(({ open }) => open)).toEqual([false, false, false, true])
    expect(minutes[0]!.start).toBe(noon - 3 * 60_000)
    expect([total, ceiling]).toEqual([11, 8])
  })

  it("follows a server whose clock is ahead", () => {
    const { minutes } = minuteSeries([{ minute: at(3), count: 5 }], noon, 4)
    expect(minutes.at(-1)).toEqual({ start: noon + 3 * 60_000, count: 5, open: true, cut: false })
  })

  it("cuts the minutes of an import, so that shoppers stay in sight", () => {
    const rows = [66_000, 45_048, 7, 29].map((count, index) => ({ minute: at(index - 3), count }))
    const { minutes, total, ceiling } = minuteSeries(rows, noon, 6)
    expect(minutes.map(({ cut }) => cut)).toEqual([false, false, true, true, false, false])
    expect([total, ceiling]).toEqual([111_084, 30])
  })

  it("cuts nothing from a day that is merely lively", () => {
    const rows = [3, 40, 12, 50].map((count, index) => ({ minute: at(index - 3), count }))
    const { minutes, ceiling } = minuteSeries(rows, noon, 4)
    expect(minutes.some(({ cut }) => cut)).toBe(false)
    expect(ceiling).toBe(50)
  })

  it("drops what is too old or unreadable", () => {
    const rows = [
      { minute: at(-90), count: 4 },
      { minute: "yesterday", count: 4 },
      { minute: at(0), count: Number.NaN },
    ]
    expect(minuteSeries(rows, noon)).toMatchObject({ total: 0, ceiling: 1 })
    expect(minuteSeries([], noon).minutes).toHaveLength(60)
  })
})

describe("roundUp", () => {
  it.each([
    [0, 1],
    [1, 1],
    [7, 8],
    [9, 10],
    [87, 100],
    [101, 200],
    [1999, 2000],
  ])("%d → %d", (value, ceiling) => expect(roundUp(value)).toBe(ceiling))
})

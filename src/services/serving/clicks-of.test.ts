import type { HistoryRange, LoggedEvent, ShopEvent } from "../events"
import { NO_CONSENT } from "../privacy"
import { clicksOf } from "./clicks-of"

const NOW = Date.UTC(2026, 5, 1)
const MINUTE = 60_000

const event = (
  type: string,
  request_id: string,
  ids: string[],
  changes: Partial<ShopEvent> = {}
): ShopEvent => ({
  event_id: `${type} ${request_id}`,
  type,
  ts: NOW + MINUTE,
  consent: NO_CONSENT,
  context: {},
  request_id,
  items: ids.map((product_id) => ({ product_id })),
  ...changes,
})

/** A history of these events, which notes what it was asked for. */
function historyOf(events: ShopEvent[]) {
  const asked: HistoryRange[] = []
  const history = {
    async *replay(range: HistoryRange = {}) {
      asked.push(range)
      yield events.map((one, i): LoggedEvent => ({ offset: String(i), event: one }))
    },
  }
  return { history, asked }
}

describe("clicksOf", () => {
  const lists = new Map([
    ["a", NOW],
    ["b", NOW + 10 * MINUTE],
  ])

  it("takes the clicks of lists that were seen, in their time, of no robot", async () => {
    const { history, asked } = historyOf([
      event("rec_impression", "a", ["x", "y"]),
      event("select_item", "a", ["x"]),
      event("select_item", "a", ["y"], { ts: NOW + 31 * MINUTE }),
      event("select_item", "a", ["z"], { bot: true }),
      event("select_item", "b", ["x"]),
      event("rec_impression", "other", ["x"]),
    ])
    expect(await clicksOf(history, { lists, windowMs: 30 * MINUTE })).toEqual(
      new Map([["a", new Set(["x"])]])
    )
    expect(asked).toEqual([
      { since: NOW - MINUTE, until: NOW + 40 * MINUTE, types: ["rec_impression", "select_item"] },
    ])
  })

  it("keeps a list that was seen and left alone, and believes an item before its event", async () => {
    const { history } = historyOf([
      event("rec_impression", "a", ["x"]),
      event("select_item", "b", [], { items: [{ product_id: "x", request_id: "a" }] }),
      event("rec_impression", "b", ["x"]),
    ])
    const clicks = await clicksOf(history, { lists, windowMs: 30 * MINUTE })
    expect(clicks).toEqual(
      new Map([
        ["a", new Set(["x"])],
        ["b", new Set()],
      ])
    )
  })

  it("reads nothing for no lists", async () => {
    const { history, asked } = historyOf([])
    expect((await clicksOf(history, { lists: new Map(), windowMs: 1 })).size).toBe(0)
    expect(asked).toEqual([])
  })
})

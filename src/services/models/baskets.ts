import { Column, groupRows } from "../lib"
import { Numbering } from "./interactions"
import type { Baskets } from "./training-data"

/** Orders as they arrive: distinct items by order, in growing columns. */
export class BasketColumns {
  private readonly orders = new Numbering()
  private readonly time = new Column(Float64Array)
  private readonly basket = new Column(Int32Array)
  private readonly item = new Column(Int32Array)

  /** Adds items to an order; the first call says its time in seconds. */
  add(order: string, ts: number, items: readonly number[]): void {
    const basket = this.orders.of(order)
    if (basket === this.time.length) this.time.push(ts)
    for (const item of items) {
      this.basket.push(basket)
      this.item.push(item)
    }
  }

  /** Orders by time, each with its distinct items in the order in which they came. */
  build(): Baskets {
    const byBasket = groupRows(this.basket.toArray(), this.time.length)
    const byTime = Array.from({ length: this.time.length }, (_, basket) => basket).sort(
      (a, b) => this.time.get(a) - this.time.get(b) || a - b
    )
    const start = new Int32Array(byTime.length + 1)
    const item = new Column(Int32Array)
    byTime.forEach((basket, position) => {
      const distinct = new Set<number>()
      for (let at = byBasket.start[basket]; at < byBasket.start[basket + 1]; at++) {
        distinct.add(this.item.get(byBasket.rows[at]))
      }
      for (const number of distinct) item.push(number)
      start[position + 1] = item.length
    })
    return { start, item: item.toArray(), ts: Float64Array.from(byTime, (basket) => this.time.get(basket)) }
  }
}

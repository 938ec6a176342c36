import { Column, groupRows, KeyNumbers } from "../lib"
import type { Baskets } from "./training-data"

/** Orders as they arrive: distinct items by order, in growing columns (8 bytes an item, 36 to 60 an order). */
export class BasketColumns {
  private readonly orders = new KeyNumbers()
  private readonly time = new Column(Float64Array)
  private readonly buyer = new Column(Int32Array)
  private readonly basket = new Column(Int32Array)
  private readonly item = new Column(Int32Array)

  /**
   * Adds items to an order.
   * @param ts seconds since the epoch; that of an order's first call counts
   * @param buyer number of who bought, −1 = unknown; that of the first call counts
   */
  add(order: string, ts: number, items: readonly number[], buyer = -1): void {
    const basket = this.orders.of(order)
    if (basket === this.time.length) {
      this.time.push(ts)
      this.buyer.push(buyer)
    }
    for (const item of items) {
      this.basket.push(basket)
      this.item.push(item)
    }
  }

  /** Rows: items of orders. */
  get length(): number {
    return this.item.length
  }

  /** Item number of each row, and buyer of each order: valid until the next change. */
  items(): Int32Array {
    return this.item.view()
  }
  buyers(): Int32Array {
    return this.buyer.view()
  }

  /** Gives items and buyers other numbers. */
  renumber(items: Int32Array, buyers: Int32Array): void {
    const item = this.item.view()
    for (let row = 0; row < item.length; row++) item[row] = items[item[row]]
    const buyer = this.buyer.view()
    for (let order = 0; order < buyer.length; order++)
      if (buyer[order] >= 0) buyer[order] = buyers[buyer[order]]
  }

  /**
   * Forgets orders before a moment (seconds), and the oldest of buyers who bought more than `most` items in all.
   * @returns items that the latter cost
   */
  drop(before: number, most: number): number {
    const sizes = new Int32Array(this.time.length)
    for (const basket of this.basket.view()) sizes[basket]++
    const perBuyer = new Map<number, number>()
    const numbers = new Int32Array(this.time.length).fill(-1)
    let left = 0
    for (let order = this.time.length - 1; order >= 0; order--) {
      if (this.time.get(order) < before) continue
      const buyer = this.buyer.get(order)
      const bought = buyer < 0 ? 0 : (perBuyer.get(buyer) ?? 0) + sizes[order]
      if (bought > most) left += sizes[order]
      else numbers[order] = 0
      perBuyer.set(buyer, bought)
    }
    let kept = 0
    for (let order = 0; order < numbers.length; order++) {
      if (numbers[order] < 0) continue
      this.time.set(kept, this.time.get(order))
      this.buyer.set(kept, this.buyer.get(order))
      numbers[order] = kept++
    }
    this.time.truncate(kept)
    this.buyer.truncate(kept)
    let rows = 0
    for (let row = 0; row < this.item.length; row++) {
      const order = numbers[this.basket.get(row)]
      if (order < 0) continue
      this.basket.set(rows, order)
      this.item.set(rows++, this.item.get(row))
    }
    this.basket.truncate(rows)
    this.item.truncate(rows)
    this.orders.renumber(numbers)
    return left
  }

  /** Orders by time, each with its distinct items in the order in which they came. */
  build(): Baskets {
    const byBasket = groupRows(this.basket.view(), this.time.length)
    const time = this.time.view()
    const byTime = Int32Array.from(time.keys()).sort((a, b) => time[a] - time[b] || a - b)
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
    return { start, item: item.toArray(), ts: Float64Array.from(byTime, (basket) => time[basket]) }
  }
}

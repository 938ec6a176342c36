import { TopK } from "../lib"
import { ItemTable } from "./item-table"

const topOf = (items: readonly number[]) => {
  const top = new TopK(items.length)
  items.forEach((item, i) => top.offer(item, items.length - i))
  return top
}

describe("ItemTable", () => {
  it("tells with its answers the numbers of products, from when they are known", () => {
    const table = new ItemTable(["a", "b"])
    expect(table.scored(topOf([1, 0]))).toEqual([
      { id: "b", score: 2 },
      { id: "a", score: 1 },
    ])
    const products = new Map([["b", 7]])
    const productOf = jest.fn((id: string) => products.get(id) ?? -1)
    table.tellProducts(productOf)
    const told = (...items: number[]) => table.scored(topOf(items)).map(({ number }) => number)
    expect(told(1, 0)).toEqual([7, undefined])
    products.set("a", 3)
    expect(told(1, 0)).toEqual([7, 3])
    productOf.mockClear()
    expect(told(0, 1)).toEqual([3, 7])
    expect(productOf).not.toHaveBeenCalled()
    products.set("c", 9)
    expect(told(table.add("c"), 0)).toEqual([9, 3])
  })
})

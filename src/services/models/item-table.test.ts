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

  it("adds to one of two tables that hold their ids together, and not to the other", () => {
    const block = new ItemTable(["a", "b"]).pack()
    const [one, other] = [ItemTable.unpack(block), ItemTable.unpack(block)]
    expect(one.ids).toBe(other.ids)
    expect(one.add("c")).toBe(2)
    expect(one.add("b")).toBe(1)
    expect([one.numberOf("c"), one.size, ...one.ids]).toEqual([2, 3, "a", "b", "c"])
    expect([other.numberOf("c"), other.size, ...other.ids]).toEqual([-1, 2, "a", "b"])
    expect(other.add("d")).toBe(2)
    expect([one.numberOf("d"), one.add("d")]).toEqual([-1, 3])
  })

  it("tells each catalogue's own numbers, also where tables hold their ids together", () => {
    const block = new ItemTable(["a", "b"]).pack()
    const [one, other] = [ItemTable.unpack(block), ItemTable.unpack(block)]
    one.tellProducts((id) => (id === "a" ? 5 : 6))
    other.tellProducts((id) => (id === "a" ? 8 : -1))
    const told = (table: ItemTable) => table.scored(topOf([0, 1])).map(({ number }) => number)
    expect(told(one)).toEqual([5, 6])
    expect(told(other)).toEqual([8, undefined])
  })
})

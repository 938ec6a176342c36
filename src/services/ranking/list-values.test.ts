import { ListValues } from "./list-values"

/** Notes what it is asked. */
function counting(factor: number) {
  const asked: number[] = []
  const of = (number: number) => {
    asked.push(number)
    return factor * number
  }
  return { asked, of }
}

it("works a value out once a list", () => {
  const values = new ListValues()
  const { asked, of } = counting(10)
  const list = values.begin(of)
  expect([3, 0, 3, 500, 3, 500].map(list)).toEqual([30, 0, 30, 5_000, 30, 5_000])
  // The table has grown at 500, and what it held before is worked out again.
  expect(asked).toEqual([3, 0, 500, 3])
})

it("gives each of two lists that take turns its own values", () => {
  const values = new ListValues()
  const [one, other] = [counting(1), counting(-1)]
  const [a, b] = [values.begin(one.of), values.begin(other.of)]
  expect([a(7), b(7), a(7), a(7), b(7)]).toEqual([7, -7, 7, 7, -7])
  expect(one.asked).toEqual([7, 7])
})

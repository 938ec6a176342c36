import { KeyNumbers } from "./key-numbers"

describe("KeyNumbers", () => {
  it("numbers keys in the order in which they first appear", () => {
    const numbers = new KeyNumbers()
    expect(["a", "b", "a", "", "c", "b"].map((key) => numbers.of(key))).toEqual([0, 1, 0, 2, 3, 1])
    expect(numbers.size).toBe(4)
  })

  it("tells many alike keys apart, however often it grows", () => {
    const numbers = new KeyNumbers()
    let wrong = 0
    for (let i = 0; i < 200_000; i++) if (numbers.of(`session-${i}-0`) !== i) wrong++
    for (let i = 0; i < 200_000; i++) if (numbers.of(`session-${i}-0`) !== i) wrong++
    expect(wrong).toBe(0)
  })

  it("forgets keys and goes on to count without gaps", () => {
    const numbers = new KeyNumbers()
    for (let i = 0; i < 5_000; i++) numbers.of(`k${i}`)
    numbers.renumber(Int32Array.from({ length: 5_000 }, (_, i) => (i % 2 === 0 ? -1 : (i - 1) / 2)))
    expect(numbers.size).toBe(2_500)
    for (let i = 1; i < 5_000; i += 98) expect(numbers.of(`k${i}`)).toBe((i - 1) / 2)
    expect(numbers.of("k0")).toBe(2_500)
  })
})

import { trainOptions } from "./train"

describe("trainOptions", () => {
  const store = JSON.stringify({ training: { seed: 7, minEvents: 9 }, retrieval: { dimensions: 16 } })

  it("changes the days of history and nothing else", () => {
    const { training, retrieval } = trainOptions(store, { windowDays: "30" })
    expect(training).toMatchObject({ windowDays: 30, seed: 7, minEvents: 9 })
    expect(retrieval.dimensions).toBe(16)
  })

  it("takes the store's options, or the defaults, as they are", () => {
    expect(trainOptions(store).training).toMatchObject({ windowDays: 90, seed: 7 })
    expect(trainOptions(undefined).training).toMatchObject({ windowDays: 90, seed: 1 })
  })

  it("takes other models", () => {
    expect(trainOptions(store, { models: "ials, ease" }).training.models).toEqual(["ials", "ease"])
    expect(() => trainOptions(store, { models: "magic" })).toThrow("training.models")
  })

  it("refuses days that are no number", () => {
    expect(() => trainOptions(undefined, { windowDays: "many" })).toThrow("training.windowDays")
  })
})

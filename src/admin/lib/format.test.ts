import { createFormat, localeOf } from "./format"

describe("localeOf", () => {
  it.each([
    ["en", "en"],
    ["enGB", "en-GB"],
    ["ptBR", "pt-BR"],
    ["zhCN", "zh-CN"],
    ["not a language", "en"],
  ])("reads the dashboard's %s as %s", (language, locale) => expect(localeOf(language)).toBe(locale))
})

describe("createFormat", () => {
  const english = createFormat("en")

  it("writes figures in the language's way", () => {
    expect(english.number(48213)).toBe("48,213")
    expect(createFormat("de").number(48213)).toBe("48.213")
    expect(english.score(0.1)).toBe("0.100")
    expect(createFormat("de").score(0.1)).toBe("0,100")
    expect(english.percent(0.256)).toBe("26%")
  })

  it("gives a change its sign, and a decimal when it is small", () => {
    expect(english.change(1.957)).toBe("+196%")
    expect(english.change(-0.3)).toBe("-30%")
    expect(english.change(0.0123)).toBe("+1.2%")
    expect(english.change(0)).toBe("0%")
  })

  it("takes the unit that suits a span", () => {
    expect([0, 850, 8_231, 210_000, 5_400_000].map(english.duration)).toEqual([
      "0 ms",
      "850 ms",
      "8.2 sec",
      "3.5 min",
      "1.5 hr",
    ])
  })
})

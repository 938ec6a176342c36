import resources from "."
import { MODELS } from "../../services/models"
import { REASONS } from "../../services/serving"
import { NAMESPACE } from "./namespace"

type Tree = { [key: string]: string | Tree }

/** Dotted key → text. */
function flatten(tree: Tree, prefix = ""): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]) =>
      typeof value === "string" ? [[prefix + key, value] as const] : [...flatten(value, `${prefix}${key}.`)]
    )
  )
}

const texts = Object.fromEntries(
  Object.entries(resources).map(([language, spaces]) => [language, flatten(spaces[NAMESPACE])])
)
const placeholders = (text: string) => [...text.matchAll(/{{(\w+)}}/g)].map(([, name]) => name).sort()
const words = (text: string) => text.replace(/{{\w+}}/g, "").match(/\p{L}+/gu)?.length ?? 0

describe("texts", () => {
  it("exist in five languages, one of them written from right to left", () => {
    expect(Object.keys(texts).sort()).toEqual(["ar", "de", "en", "es", "fr"])
    expect(texts.en!.size).toBeGreaterThan(80)
  })

  it.each(["ar", "de", "es", "fr"])("%s has exactly the keys of English", (language) => {
    expect([...texts[language]!.keys()].sort()).toEqual([...texts.en!.keys()].sort())
  })

  it.each(["ar", "de", "es", "fr"])("%s fills in the same values as English", (language) => {
    for (const [key, text] of texts.en!) {
      expect([key, placeholders(texts[language]!.get(key)!)]).toEqual([key, placeholders(text)])
    }
  })

  it.each(["ar", "de", "es", "fr"])("%s leaves nothing empty and no sentence in English", (language) => {
    for (const [key, text] of texts[language]!) {
      expect([key, text.trim()]).not.toEqual([key, ""])
      if (words(text) > 1) expect([key, text]).not.toEqual([key, texts.en!.get(key)])
    }
  })

  it("name every model and every reason that the engine has", () => {
    for (const { name } of MODELS) expect(texts.en!.has(`model.${name}`) ? "" : name).toBe("")
    for (const code of Object.keys(REASONS)) expect(texts.en!.has(`reason.${code}`) ? "" : code).toBe("")
  })
})

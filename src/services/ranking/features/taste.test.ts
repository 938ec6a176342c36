import { NOBODY } from "../../features"
import { product, TestCatalog } from "../../testing/planted-shop"
import { makeTaste, optionTaste, tagTaste } from "./taste"

const COLOURS = ["red", "blue", "green", "grey"]
const SIZES = ["S", "M", "L"]

/** 40 products: each colour is a quarter's, every tenth is of wool, all come in all sizes, two makers take turns. */
const catalog = new TestCatalog(
  Array.from({ length: 40 }, (_, i) =>
    product(`p${i}`, "clothes", {
      tags: i % 10 === 0 ? ["wool"] : ["cotton"],
      options: { Colour: [COLOURS[i % 4]], Size: SIZES },
      metadata: { brand: i < 20 ? "Aurora" : "Boreal" },
    })
  )
)
const looked = (ids: readonly string[], type = "view_item") =>
  ids.map((productId, ts) => ({ productId, type, ts }))
const situation = (recent: ReturnType<typeof looked>) => ({
  shopper: { ...NOBODY, recent },
  context: { now: 0, salesChannelIds: [] },
  catalog,
  seeds: [],
})
const of = (feature: typeof tagTaste, recent: ReturnType<typeof looked>, id: string) =>
  feature.prepare(situation(recent))?.(catalog.cards.numberOf(id), id)

const reds = looked(["p0", "p4", "p8", "p24", "p28"])

it("likes the options of what was looked at, and the others less the more was looked at", () => {
  expect(of(optionTaste, reds, "p12")).toBeGreaterThan(0.2)
  expect(of(optionTaste, reds, "p13")).toBeLessThan(0)
  expect(of(optionTaste, looked(["p4", "p8"]), "p13")!).toBeGreaterThan(of(optionTaste, reds, "p13")!)
})

it("learns nothing from what all products have", () => {
  const inSizes = new TestCatalog(
    Array.from({ length: 9 }, (_, i) => product(`p${i}`, "x", { options: { Size: SIZES } }))
  )
  const value = optionTaste.prepare({ ...situation(reds), catalog: inSizes })
  expect(value!(inSizes.cards.numberOf("p5"), "p5")).toBe(0)
})

it("takes of an option's values the one that is liked best", () => {
  catalog.put(product("both", "clothes", { options: { Colour: ["grey", "red"], Size: SIZES } }))
  expect(of(optionTaste, reds, "both")).toBeCloseTo(of(optionTaste, reds, "p12")!, 1)
  catalog.remove("both")
})

it("knows tags and makers apart from options, and a rare trait that was never met says little", () => {
  expect(of(tagTaste, reds, "p10")).toBeGreaterThan(-0.1)
  expect(of(tagTaste, looked(["p0", "p10", "p20", "p30"]), "p0")).toBeGreaterThan(0.2)
  const aurora = looked(["p1", "p2", "p3", "p5", "p6"])
  expect(of(makeTaste, aurora, "p7")).toBeGreaterThan(0.1)
  expect(of(makeTaste, aurora, "p37")).toBeLessThan(-0.1)
})

it("says nothing of shoppers who looked at one product alone, and learns nothing from what was turned down", () => {
  expect(tagTaste.prepare(situation(looked(["p0"])))).toBeUndefined()
  // The same product twice is one product.
  expect(tagTaste.prepare(situation([...looked(["p0"]), ...looked(["p0"], "purchase")]))).toBeUndefined()
  expect(tagTaste.prepare(situation(looked(["p0", "p4", "p8"], "not_interested")))).toBeUndefined()
  expect(tagTaste.prepare(situation(looked(["gone", "never"])))).toBeUndefined()
})

it("stays within its bounds whatever a product is called", () => {
  const wild = new TestCatalog(
    Array.from({ length: 30 }, (_, i) =>
      product(`p${i}`, "x", {
        tags: Array.from({ length: 60 }, (_, t) => `tag ${i < 6 ? t : 100 * i + t}`),
        options: { "A=B": ["", "=", "__proto__"] },
      })
    )
  )
  const recent = looked(["p0", "p1", "p2", "p3", "p4"])
  for (const feature of [makeTaste, tagTaste, optionTaste]) {
    const valueOf = feature.prepare({ ...situation(recent), catalog: wild })!
    const values = ["p5", "p6", "p29"].map((id) => valueOf(wild.cards.numberOf(id), id))
    expect(values.every((value) => Number.isFinite(value) && Math.abs(value) <= 1)).toBe(true)
  }
})

import { fitContext, trainingFixture, wordProduct } from "../testing/training-fixture"
import { words } from "./product-text"
import { TextLsa } from "./text-lsa"

const CATALOGUE = ["shirt", "lamp", "chair"].flatMap((thing) =>
  ["red", "blue", "green", "white", "black", "grey"].map((colour) =>
    wordProduct(`${thing}-${colour}`, `${colour} ${thing}`, {
      categories: [{ id: thing, name: `${thing}s` }],
    })
  )
)

function fitted(options: Record<string, unknown> = { dimensions: 8 }): TextLsa {
  const model = new TextLsa(options)
  model.fit(trainingFixture([], CATALOGUE), fitContext())
  return model
}

const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i], 0)

describe("text-lsa", () => {
  it("gives unit vectors of the dimensions asked for", () => {
    for (const dimensions of [2, 8, 64]) {
      const vector = fitted({ dimensions }).embed(CATALOGUE[0])
      expect(vector).toHaveLength(dimensions)
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5)
    }
  })

  it("puts products of one kind nearer than those of another", () => {
    const model = fitted()
    const [shirt, otherShirt, lamp] = ["shirt-red", "shirt-blue", "lamp-green"].map((id) =>
      model.embed(CATALOGUE.find((product) => product.id === id)!)
    )
    expect(cosine(shirt, otherShirt)).toBeGreaterThan(cosine(shirt, lamp))
  })

  it("folds a new product in by its words, misspelled or in another form", () => {
    const model = fitted()
    const chair = model.embed(CATALOGUE.find(({ id }) => id === "chair-red")!)
    const lamp = model.embed(CATALOGUE.find(({ id }) => id === "lamp-red")!)
    const fresh = model.embed(wordProduct("new", "armchairs"))
    expect(cosine(fresh, chair)).toBeGreaterThan(cosine(fresh, lamp))
  })

  it("gives zeros for a product that shares no word", () => {
    expect([...fitted().embed(wordProduct("x", "ψ"))]).toEqual(new Array(8).fill(0))
  })

  it("learns a large catalogue from a sample, and embeds all of it", () => {
    const model = fitted({ dimensions: 4, maxProducts: 16 })
    expect(model.save().arrays.vectors).toHaveLength(CATALOGUE.length * 4)
  })

  it("splits words of any script and folds accents", () => {
    expect(words("Crème brûlée, ŞEKERLİ 2-pack")).toEqual(["creme", "brulee", "sekerli", "2", "pack"])
    expect(words("красная рубашка")).toEqual(["красная", "рубашка"])
  })
})

import { Random } from "../lib"
import type { Product } from "../features"
import { fitContext, trainingFixture, wordProduct } from "../testing/training-fixture"
import { productAttributes } from "./attributes"
import { Content } from "./content"
import type { GivenSpaces } from "./product-embedder.port"

const KINDS = ["shirt", "lamp", "chair", "mug"]
const CATALOGUE: Product[] = KINDS.flatMap((kind, k) =>
  ["red", "blue", "green", "white", "black", "grey"].map((colour) =>
    wordProduct(`${kind}-${colour}`, `a ${kind}`, {
      categories: [{ id: k < 2 ? "soft" : "hard", name: "" }],
      price: 10 * (k + 1),
    })
  )
)

/** Pictures that show the colour only. */
function pictures(): GivenSpaces {
  const random = new Random(3)
  const colours = [...new Set(CATALOGUE.map(({ id }) => id.split("-")[1]))]
  const vectors = CATALOGUE.map(({ id }) => {
    const vector = Float32Array.from({ length: 8 }, () => 0.05 * random.normal())
    vector[colours.indexOf(id.split("-")[1])] += 1
    return [id, vector] as const
  })
  return { image: { name: "eye", vectors: new Map(vectors) } }
}

function fitted(
  options: Record<string, unknown>,
  given?: GivenSpaces,
  products = CATALOGUE,
  sessions: string[][] = []
) {
  const model = new Content({ dimensions: 8, ...options })
  const data = trainingFixture(
    sessions.map((items) => ({ items })),
    products
  )
  model.fit({ ...data, given }, fitContext())
  return model
}
const nearest = (model: Content, id: string, k = 5) =>
  model.recommend({ seeds: [id] }, k).map((hit) => hit.id)

describe("content", () => {
  it("finds what is alike by words or by picture, as the weights say", () => {
    const byText = nearest(fitted({ text: 1, image: 0, attributes: 0 }, pictures()), "lamp-red")
    expect(byText.every((id) => id.startsWith("lamp"))).toBe(true)
    const byImage = nearest(fitted({ text: 0, image: 1, attributes: 0 }, pictures()), "lamp-red", 3)
    expect(byImage.every((id) => id.endsWith("red"))).toBe(true)
  })

  it("chooses the weights by what shoppers look at together", () => {
    const random = new Random(4)
    const byColour = Array.from({ length: 300 }, () => {
      const colour = random.pick(["red", "blue", "green"])
      return [`${random.pick(KINDS)}-${colour}`, `${random.pick(KINDS)}-${colour}`]
    })
    const byKind = Array.from({ length: 300 }, () => {
      const kind = random.pick(KINDS)
      return [`${kind}-${random.pick(["red", "blue"])}`, `${kind}-${random.pick(["green", "white"])}`]
    })
    const share = (sessions: string[][], alike: (id: string) => boolean) =>
      nearest(fitted({}, pictures(), CATALOGUE, sessions), "lamp-red", 3).filter(alike).length
    expect(share(byColour, (id) => id.endsWith("red"))).toBeGreaterThan(
      share(byKind, (id) => id.endsWith("red"))
    )
  })

  it("embeds a product that came after the training, with and without a picture", () => {
    const model = fitted({ text: 1, image: 1, attributes: 0 }, pictures())
    const fresh = wordProduct("new", "purple lamp")
    const plain = model.embed(fresh)
    const seen = model.embed(fresh, { image: pictures().image!.vectors.get("mug-blue") })
    expect(Math.hypot(...plain)).toBeCloseTo(1, 5)
    expect(Math.hypot(...seen)).toBeCloseTo(1, 5)
    const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i], 0)
    expect(cosine(plain, model.vectorOf("lamp-green")!)).toBeGreaterThan(
      cosine(plain, model.vectorOf("mug-green")!)
    )
    expect(cosine(seen, model.vectorOf("mug-blue")!)).toBeGreaterThan(
      cosine(plain, model.vectorOf("mug-blue")!)
    )
  })

  it("says which embedder's vectors it reads, also when loaded, and ignores vectors of another length", () => {
    const model = fitted({ text: 1, image: 1 }, pictures())
    const again = new Content()
    again.load(structuredClone(model.save()))
    expect(again.reads).toEqual({ image: "eye" })
    const [product] = CATALOGUE
    const given = { image: pictures().image!.vectors.get(product.id) }
    expect(again.embed(product, given)).toEqual(model.embed(product, given))
    const odd = [Float32Array.of(1, 2), new Float32Array(8).fill(NaN)]
    for (const image of odd) expect(model.embed(product, { image })).toEqual(model.embed(product))
  })

  it("learns from an embedder's texts in place of its own reading", () => {
    const vectors = new Map(CATALOGUE.map(({ id }, i) => [id, Float32Array.of(i % 6, i % 2, i % 5)]))
    const model = fitted({ text: 1, attributes: 0 }, { text: { name: "said", vectors } })
    expect(model.reads).toEqual({ text: "said" })
    expect(nearest(model, "shirt-red")).not.toEqual(nearest(fitted({ text: 1, attributes: 0 }), "shirt-red"))
  })

  it("does without pictures that are too few, and without words", () => {
    const { image } = pictures()
    const few = { image: { name: "eye", vectors: new Map([...image!.vectors].slice(0, 2)) } }
    expect(fitted({}, few).reads).toEqual({})
    const blind = fitted({ text: 0, image: 1, attributes: 0 })
    expect(blind.embed(CATALOGUE[0])).toEqual(new Float32Array(8))
    expect(nearest(blind, "lamp-red")).toEqual([])
    const mute = CATALOGUE.map(({ id }) => wordProduct(id, ""))
    expect(nearest(fitted({}, pictures(), mute), "lamp-red", 3).every((id) => id.endsWith("red"))).toBe(true)
  })
})

describe("productAttributes", () => {
  const shared = (a: Partial<Product>, b: Partial<Product>) => {
    const [one, other] = [a, b].map((more) => productAttributes(wordProduct("x", "", more)))
    return [...one].reduce((sum, [key, weight]) => sum + weight * (other.get(key) ?? 0), 0)
  }

  it("shares as much of a category's path as products have in common", () => {
    const path = (...ids: string[]) => ({ categories: ids.map((id) => ({ id, name: id })) })
    expect(shared(path("home", "kitchen", "mugs"), path("home", "kitchen", "plates"))).toBeGreaterThan(
      shared(path("home", "kitchen", "mugs"), path("home", "bath", "towels"))
    )
  })

  it("puts prices near each other into bands that overlap", () => {
    expect(shared({ price: 10 }, { price: 10.2 })).toBeGreaterThan(shared({ price: 10 }, { price: 14 }))
    expect(shared({ price: 10 }, { price: 14 })).toBeGreaterThan(shared({ price: 10 }, { price: 100 }))
    for (const price of [NaN, 0, -5, Infinity]) expect(shared({ price }, { price })).toBe(0)
  })
})

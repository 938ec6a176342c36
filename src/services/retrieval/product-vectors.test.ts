import { MemoryItemVectorStore } from "../../adapters/memory"
import { silentLogger } from "../lib"
import { product } from "../testing/planted-shop"
import { ProductVectors } from "./product-vectors"

const pictureOf = (name: string) => `https://shop.example/${name}.jpg`

function setUp() {
  const store = new MemoryItemVectorStore()
  const asked: string[] = []
  const broken = new Set<string>()
  const counts: Record<string, number> = {}
  const image = {
    embedder: { name: "size", embed: async (picture: Uint8Array) => Float32Array.of(picture.length) },
    pictures: {
      async fetch(url: string) {
        asked.push(url)
        if (broken.has(url)) throw new Error("gone")
        return new Uint8Array(url.length)
      },
    },
  }
  const text = {
    name: "length",
    embed: jest.fn(async (texts: readonly string[]) => texts.map((one) => Float32Array.of(one.length))),
  }
  const metrics = {
    count: (name: string, labels: { space?: string } = {}, by = 1) =>
      void (counts[`${name} ${labels.space}`] = (counts[`${name} ${labels.space}`] ?? 0) + by),
    gauge() {},
    observe() {},
  }
  const make = () => new ProductVectors({ text, image, store, metrics, logger: silentLogger })
  return { store, asked, broken, counts, image, text, make, vectors: make() }
}

describe("ProductVectors", () => {
  const products = [
    product("a", "x", { thumbnail: pictureOf("a") }),
    product("b", "x", { thumbnail: pictureOf("b") }),
    product("c", "x"),
  ]

  it("embeds texts and pictures, once, whichever process asks", async () => {
    const { vectors, make, asked, text } = setUp()
    const first = await vectors.of(products)
    expect(first.image!.name).toBe("size")
    expect([...first.image!.vectors.keys()]).toEqual(["a", "b"])
    expect(first.image!.vectors.get("a")).toEqual(Float32Array.of(pictureOf("a").length))
    expect([...first.text!.vectors.keys()]).toEqual(["a", "b", "c"])
    expect(await make().of(products)).toEqual(first)
    expect(asked).toHaveLength(2)
    expect(text.embed).toHaveBeenCalledTimes(1)
  })

  it("looks again when the picture or the text changes, and only then", async () => {
    const { vectors, asked, text } = setUp()
    await vectors.of(products)
    const changed = { ...products[0], price: 9, thumbnail: pictureOf("a2") }
    const { image } = await vectors.of([changed, { ...products[1], inStock: false }])
    expect(asked).toEqual([pictureOf("a"), pictureOf("b"), pictureOf("a2")])
    expect(image!.vectors.get("a")).toEqual(Float32Array.of(pictureOf("a2").length))
    expect(text.embed).toHaveBeenCalledTimes(1)
    await vectors.of([{ ...products[2], title: "Another" }])
    expect(text.embed).toHaveBeenCalledTimes(2)
  })

  it("lets one picture fail alone, and asks for it again", async () => {
    const { vectors, broken, counts, asked } = setUp()
    broken.add(pictureOf("a"))
    expect([...(await vectors.of(products)).image!.vectors.keys()]).toEqual(["b"])
    expect(counts["product_vector_failures_total given-image"]).toBe(1)
    broken.clear()
    expect([...(await vectors.of(products)).image!.vectors.keys()]).toEqual(["a", "b"])
    expect(asked).toHaveLength(3)
  })

  it("lets a host be that gives nothing", async () => {
    const { vectors, broken, asked } = setUp()
    const many = Array.from({ length: 100 }, (_, i) =>
      product(`p${i}`, "x", { thumbnail: pictureOf(`p${i}`) })
    )
    for (const { thumbnail } of many) broken.add(thumbnail!)
    const elsewhere = product("q", "x", { thumbnail: "https://other.example/q.jpg" })
    const { image } = await vectors.of([...many, elsewhere])
    expect([...image!.vectors.keys()]).toEqual(["q"])
    expect(asked.length).toBeLessThan(30)
  })

  it("goes on without an embedder that does not answer, or a store that is away", async () => {
    const { vectors, text, store } = setUp()
    text.embed.mockRejectedValueOnce(new Error("overloaded"))
    expect((await vectors.of(products)).text!.vectors.size).toBe(0)
    jest.spyOn(store, "load").mockRejectedValue(new Error("away"))
    expect((await vectors.of(products)).image!.vectors.size).toBe(0)
  })

  it("forgets what is of none of all products", async () => {
    const { vectors, store } = setUp()
    await vectors.of(products, true)
    await vectors.of(products.slice(1), true)
    expect((await store.load("given-image", "size")).ids).toHaveLength(1)
    expect((await store.load("given-text", "length")).ids).toHaveLength(2)
  })
})

import { principalComponents, project, type Artifact, type Pca } from "../lib"
import type { Product } from "../features"
import { productAttributes } from "./attributes"
import type { FitContext } from "./model"
import type { GivenSpace, GivenVectors } from "./product-embedder.port"
import { productFeatures } from "./product-text"
import { TextSpace, toUnit } from "./text-space"

/** The sides of a product that a content vector is made of. */
export const PARTS = ["text", "image", "attributes"] as const
export type Part = (typeof PARTS)[number]

export interface PartOptions {
  /** Length of the part's vectors. */
  dimensions: number
  seed: number
}

/** One side of a product as a unit vector; zeros where the product has nothing to say. */
export interface ContentPart {
  /** Embedder whose vectors it reads, where it does. */
  readonly reads?: string
  embed(product: Product, given?: GivenVectors): Float32Array
  save(prefix: string): Artifact["arrays"]
}

const SPACES = { text: productFeatures, attributes: productAttributes }
const LIMITS = { maxFeatures: 32_768, maxProducts: 20_000 }

/** Features of a product, as they are read from the catalogue itself: by latent semantic analysis. */
class OwnPart implements ContentPart {
  constructor(private readonly space: TextSpace) {}
  embed(product: Product): Float32Array {
    return this.space.embed(product)
  }
  save(prefix: string): Artifact["arrays"] {
    return this.space.save(prefix)
  }
}

/** What an embedder says, reduced by its principal components. */
class GivenPart implements ContentPart {
  constructor(
    private readonly part: "text" | "image",
    readonly reads: string,
    private readonly pca: Pca
  ) {}
  embed(_product: Product, given?: GivenVectors): Float32Array {
    const vector = given?.[this.part]
    const { mean, basis } = this.pca
    const usable = vector?.length === mean.length && vector.every(Number.isFinite)
    return usable ? toUnit(project(this.pca, vector)) : new Float32Array(basis.length / mean.length)
  }
  save(prefix: string): Artifact["arrays"] {
    return { [`${prefix}mean`]: this.pca.mean, [`${prefix}basis`]: this.pca.basis }
  }
}

/** Learns a part from the catalogue: text and attributes of its own features. */
export function fitOwnPart(
  part: "text" | "attributes",
  products: readonly Product[],
  { dimensions, seed }: PartOptions,
  { checkCancelled }: Pick<FitContext, "checkCancelled">
): ContentPart {
  const space = new TextSpace(SPACES[part])
  space.fit(products, { dimensions, ...LIMITS }, { seed, checkCancelled }, () => {})
  return new OwnPart(space)
}

/** Learns a part from an embedder's vectors; undefined where they are too few to tell products apart. */
export function fitGivenPart(
  part: "text" | "image",
  products: readonly Product[],
  { name, vectors }: GivenSpace,
  { dimensions, seed }: PartOptions,
  { checkCancelled }: Pick<FitContext, "checkCancelled">
): ContentPart | undefined {
  const known = products
    .map(({ id }) => vectors.get(id))
    .filter((vector) => vector !== undefined && vector.every(Number.isFinite)) as Float32Array[]
  if (known.length < 3) return undefined
  return new GivenPart(part, name, principalComponents(known, dimensions, seed, checkCancelled))
}

/** @param reads embedder of a part that was learned from vectors */
export function loadPart(
  part: Part,
  arrays: Artifact["arrays"],
  prefix: string,
  dimensions: number,
  reads: string | undefined
): ContentPart {
  if (reads !== undefined && part !== "attributes") {
    const [mean, basis] = [arrays[`${prefix}mean`], arrays[`${prefix}basis`]] as Float32Array[]
    return new GivenPart(part, reads, { mean, basis })
  }
  const space = new TextSpace(SPACES[part === "attributes" ? "attributes" : "text"])
  space.load(arrays, dimensions, prefix)
  return new OwnPart(space)
}

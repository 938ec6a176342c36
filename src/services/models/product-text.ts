import type { Product } from "../features"

const COMBINING_MARKS = /\p{M}+/gu
const WORDS = /[\p{L}\p{N}]+/gu

/** Lower-cased words without accents, of any script. */
export function words(text: string): string[] {
  return text.normalize("NFKD").replace(COMBINING_MARKS, "").toLowerCase().match(WORDS) ?? []
}

/** Character n-grams of a word with its ends marked: they tie plurals, compounds and misspellings together. */
function* characterGrams(word: string): Iterable<string> {
  const letters = [...`^${word}$`]
  for (const n of [3, 4]) {
    for (let at = 0; at + n <= letters.length; at++) yield letters.slice(at, at + n).join("")
  }
}

/** 32-bit FNV-1a of a feature's name. */
export function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value | 0
}

/**
 * Weighted features of a product by hash: words of its texts, character n-grams of its title, categories, tags,
 * type, collection and options. Which words weigh what is a judgement: a title says more than a description.
 */
export function productFeatures(product: Product): Map<number, number> {
  const features = new Map<number, number>()
  const add = (name: string, weight: number) => {
    const key = hash(name)
    features.set(key, (features.get(key) ?? 0) + weight)
  }
  for (const word of words(`${product.title} ${product.subtitle ?? ""}`)) {
    add(`w:${word}`, 1)
    for (const gram of characterGrams(word)) add(`c:${gram}`, 0.3)
  }
  for (const word of words(product.description ?? "").slice(0, 300)) add(`w:${word}`, 0.3)
  for (const { id, name } of product.categories) {
    add(`category:${id}`, 2)
    for (const word of words(name)) add(`w:${word}`, 0.5)
  }
  for (const tag of product.tags) add(`tag:${tag.toLowerCase()}`, 1)
  if (product.type) add(`type:${product.type.toLowerCase()}`, 1)
  if (product.collection) add(`collection:${product.collection}`, 1)
  for (const [title, values] of Object.entries(product.options)) {
    for (const value of values) add(`option:${title}=${value}`.toLowerCase(), 0.5)
  }
  return features
}

/** Longest text that embedders are asked for: their models read 256 to 512 tokens. */
const MAX_TEXT = 2_000

/** A product as one text for an embedder, the most telling first. */
export function embeddableText(product: Product): string {
  const { title, subtitle, categories, type, collection, tags, description } = product
  const parts = [
    title,
    subtitle,
    ...categories.map(({ name }) => name),
    type,
    collection,
    ...tags,
    description,
  ]
  return parts.filter(Boolean).join(". ").slice(0, MAX_TEXT)
}

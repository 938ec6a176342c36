import type { ModelQuery } from "../models"
import type { Product } from "../features"

/** A session or an order of a data set, in the order of its events. */
export interface RawSession {
  /** Name of the session or order in the files, where they have one. */
  id?: string
  user?: string
  items: string[]
  /** Seconds since the epoch, one per item. */
  times: number[]
  kind: "view" | "purchase"
  /** ISO 3166-1 alpha-2 or the file's own name of the country. */
  country?: string
}

/** One question put to the models, with all its right answers. */
export interface Example {
  query: ModelQuery
  targets: readonly string[]
  /** Removed from every list before it is scored, as the protocol says. */
  exclude?: readonly string[]
  /** Session, customer or order it comes from: the unit of the bootstrap. */
  unit: number
}

/** A data set as its files hold it, before a protocol makes questions of it. */
export interface RawDataset {
  name: string
  /** By time of their last event. */
  sessions: RawSession[]
  /** Held-out sessions, when the files bring them. */
  testSessions?: RawSession[]
  /** Questions that the files spell out themselves. */
  testExamples?: Example[]
  products: Product[]
  /** What a reader of the report must know, e.g. rows left out and made-up times. */
  notes: string[]
}

export type Protocol = "next-item" | "leave-one-out" | "temporal" | "basket"

/** Reads one shape of data folder. */
export interface DatasetReader {
  shape: string
  /** Protocols that make sense for it, the default first. */
  protocols: readonly Protocol[]
  /** Does the folder have this shape? Judged by the names of its files and, where these say little, by their first line. */
  matches(files: readonly string[], firstLine: (file: string) => Promise<string>): Promise<boolean> | boolean
  read(folder: string, files: readonly string[]): Promise<RawDataset>
}

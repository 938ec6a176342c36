/** The slice of faiss-node that is used; it is optional and native, so it is loaded when an index is opened. */
export interface FaissIndex {
  ntotal(): number
  /** Rows of `dimensions` floats, as a plain array: faiss-node takes no typed ones. */
  add(rows: number[]): void
  search(query: number[], k: number): { distances: number[]; labels: number[] }
  toBuffer(): Buffer
}
interface Faiss {
  Index: {
    fromFactory(dimensions: number, factory: string, metric: number): FaissIndex
    fromBuffer(buffer: Buffer): FaissIndex
  }
  MetricType: { METRIC_INNER_PRODUCT: number }
}

/** Links looked at while a vector is put into the graph; FAISS's own 40 loses neighbours between clusters. */
const EF_CONSTRUCTION = 64
/** In FAISS's file format, these end an empty HNSW graph: entry point, top level, efConstruction, efSearch, beam. */
const DEFAULTS = Buffer.from(Int32Array.of(-1, -1, 40, 16, 1).buffer)

function create(dimensions: number, factory: string): { faiss: Faiss; index: FaissIndex } {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- see above
  const faiss = require("faiss-node") as Faiss
  return { faiss, index: faiss.Index.fromFactory(dimensions, factory, faiss.MetricType.METRIC_INNER_PRODUCT) }
}

/** An empty index by inner product that scans all rows. */
export function openFlat(dimensions: number): FaissIndex {
  return create(dimensions, "Flat").index
}

/**
 * An empty HNSW graph (Malkov & Yashunin 2018) by inner product with 32 links and the given efSearch.
 * faiss-node cannot set efSearch, and its 16 finds too little (asking for more neighbours does not help: FAISS 1.7
 * stops the walk by efSearch alone). So it is set in the serialised form of the empty graph, in little-endian.
 * @throws Error when that form is not the known one.
 */
export function openGraph(dimensions: number, efSearch: number): FaissIndex {
  const { faiss, index } = create(dimensions, "HNSW32,Flat")
  const bytes = Buffer.from(index.toBuffer())
  const at = bytes.indexOf(DEFAULTS)
  if (at < 0 || bytes.indexOf(DEFAULTS, at + 1) >= 0) {
    throw new Error(
      "this version of faiss-node serialises HNSW graphs in an unknown way; install faiss-node 0.5.1"
    )
  }
  bytes.writeInt32LE(EF_CONSTRUCTION, at + 8)
  bytes.writeInt32LE(efSearch, at + 12)
  return faiss.Index.fromBuffer(bytes)
}

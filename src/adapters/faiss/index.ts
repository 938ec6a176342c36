export * from "./create-vector-index"
export * from "./faiss-vector-index"

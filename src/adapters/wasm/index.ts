export * from "./exact-vector-index"

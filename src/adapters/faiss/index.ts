export * from "./create-vector-index"

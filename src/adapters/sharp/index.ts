export * from "./sharp-image-embedder"

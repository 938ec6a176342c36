export * from "./model-store.port"
export * from "./model"
export * from "./training-data"
export * from "./text-embedder.port"

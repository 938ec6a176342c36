export * from "./energetic-text-embedder"

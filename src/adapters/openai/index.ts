export * from "./openai-text-embedder"

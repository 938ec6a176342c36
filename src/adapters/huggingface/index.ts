export * from "./huggingface-text-embedder"

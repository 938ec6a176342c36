export * from "./ranker.port"

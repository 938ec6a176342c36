export * from "./candidate-source"
export * from "./vector-index.port"
export * from "./item-vector-store.port"

export * from "./connection"
export * from "./redis-feature-store"

export * from "./connection"
export * from "./redis-event-claims"
export * from "./redis-feature-store"

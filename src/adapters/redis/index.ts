export * from "./connection"
export * from "./redis-event-claims"
export * from "./redis-event-stream"
export * from "./redis-feature-store"

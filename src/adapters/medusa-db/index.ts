export * from "./medusa-tables"

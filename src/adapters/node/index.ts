export * from "./entry"

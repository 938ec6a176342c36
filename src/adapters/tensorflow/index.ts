export * from "./load-tensorflow"

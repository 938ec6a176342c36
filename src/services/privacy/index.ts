export * from "./consent"

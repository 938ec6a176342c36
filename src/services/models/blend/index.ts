export * from "./blend"

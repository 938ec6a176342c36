export * from "./registry"

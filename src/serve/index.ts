export * from "./consume"
export * from "./serve"
export * from "./settings"

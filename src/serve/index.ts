export * from "./serve"
export * from "./settings"

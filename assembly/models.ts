export * from "./dense"
export * from "./factors"

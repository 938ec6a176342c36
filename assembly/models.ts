export * from "./dense"
export * from "./factors"
export * from "./ridge"
export * from "./bpr"

export * from "./binning"
export * from "./boosted-trees"
export * from "./objective"

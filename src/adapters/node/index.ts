export * from "./entry"
export { nodeParallel } from "./parallel"

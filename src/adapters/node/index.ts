export * from "./entry"
export { giveWay } from "./give-way"
export { nodeParallel } from "./parallel"

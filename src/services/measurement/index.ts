export * from "./dataset.port"
export * from "./evaluate"
export * from "./protocols"
export * from "./to-training-data"

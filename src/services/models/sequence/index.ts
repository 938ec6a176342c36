export * from "./portable-trainer"

export * from "./request-context"

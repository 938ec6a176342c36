export * from "./picture-fetcher"
export * from "./json-local-events"

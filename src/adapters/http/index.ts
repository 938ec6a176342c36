export * from "./picture-fetcher"

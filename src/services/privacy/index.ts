export * from "./consent"
export * from "./resolve-consent"
export * from "./subject-store.port"

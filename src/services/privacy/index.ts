export * from "./consent"
export * from "./consent-reads"
export * from "./resolve-consent"
export * from "./subject-store.port"

export * from "./placement"
export * from "./recommendation"

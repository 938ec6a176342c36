export * from "./prometheus-metrics"

export * from "./kernels"
export * from "./parallel.port"
export * from "./kernel-memory"
export * from "./symmetric-matrix"

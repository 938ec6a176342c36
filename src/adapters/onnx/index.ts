export * from "./load-onnx"
export * from "./onnx-image-embedder"

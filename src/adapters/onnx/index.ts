export * from "./load-onnx"

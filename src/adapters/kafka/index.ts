export * from "./avro-event-codec"
export * from "./event-codec"
export * from "./kafka-event-stream"

import type { schema } from "avsc"

/** Adds the region of the situation and what is on there. Released: never changed again (schemas.lock.json). */
export const eventV4: schema.AvroSchema = {
  type: "record",
  name: "ShopEvent",
  namespace: "personalization",
  fields: [
    { name: "event_id", type: "string" },
    { name: "type", type: "string" },
    // A logical type would say "timestamp" to tools that know it, and change nothing for those that do not.
    { name: "ts", type: { type: "long", logicalType: "timestamp-millis" } },
    { name: "visitor_id", type: ["null", "string"], default: null },
    { name: "session_id", type: ["null", "string"], default: null },
    { name: "customer_id", type: ["null", "string"], default: null },
    {
      name: "consent",
      type: {
        type: "record",
        name: "Consent",
        fields: [
          { name: "analytics", type: "boolean" },
          { name: "personalization", type: "boolean" },
          { name: "experimentation", type: "boolean" },
          { name: "model_training", type: "boolean" },
        ],
      },
    },
    {
      name: "page",
      type: [
        "null",
        {
          type: "record",
          name: "Page",
          fields: [
            { name: "type", type: ["null", "string"], default: null },
            { name: "url_path", type: ["null", "string"], default: null },
          ],
        },
      ],
      default: null,
    },
    {
      name: "context",
      type: {
        type: "record",
        name: "Context",
        fields: [
          { name: "locale", type: ["null", "string"], default: null },
          { name: "currency", type: ["null", "string"], default: null },
          { name: "region_id", type: ["null", "string"], default: null },
          { name: "sales_channel_id", type: ["null", "string"], default: null },
          { name: "device", type: ["null", "string"], default: null },
          { name: "country", type: ["null", "string"], default: null },
          { name: "city", type: ["null", "string"], default: null },
          { name: "tz_offset", type: ["null", "double"], default: null },
          { name: "weather", type: ["null", "string"], default: null },
          { name: "temperature", type: ["null", "double"], default: null },
          { name: "region", type: ["null", "string"], default: null },
          { name: "local_events", type: ["null", { type: "array", items: "string" }], default: null },
        ],
      },
    },
    { name: "request_id", type: ["null", "string"], default: null },
    { name: "placement", type: ["null", "string"], default: null },
    { name: "slot", type: ["null", "int"], default: null },
    { name: "experiment_id", type: ["null", "string"], default: null },
    { name: "variation_id", type: ["null", "string"], default: null },
    { name: "propensity", type: ["null", "double"], default: null },
    {
      name: "items",
      type: {
        type: "array",
        items: {
          type: "record",
          name: "Item",
          fields: [
            { name: "product_id", type: "string" },
            { name: "variant_id", type: ["null", "string"], default: null },
            { name: "position", type: ["null", "int"], default: null },
            { name: "price", type: ["null", "double"], default: null },
            { name: "quantity", type: ["null", "double"], default: null },
            { name: "request_id", type: ["null", "string"], default: null },
            { name: "placement", type: ["null", "string"], default: null },
          ],
        },
      },
    },
    { name: "value", type: ["null", "double"], default: null },
    { name: "currency", type: ["null", "string"], default: null },
    {
      name: "properties",
      type: ["null", { type: "map", values: ["string", "double", "boolean"] }],
      default: null,
    },
    { name: "bot", type: ["null", "boolean"], default: null },
    { name: "traceparent", type: ["null", "string"], default: null },
  ],
}

import fc from "fast-check"
import { v7 as uuidv7 } from "uuid"

/** One HTTP request as it goes over the wire. */
export interface Call {
  method: "GET" | "POST"
  /** With query. */
  path: string
  headers: Record<string, string>
  body?: string
}

export const STORE = "/store/personalization"

/** What breaks parsers, validators, databases and prototypes. */
const nasty = fc.constantFrom<unknown>(
  ...[
    null,
    true,
    -1,
    0,
    1.5,
    1e308,
    -1e308,
    Number.MAX_SAFE_INTEGER + 1,
    "",
    " ",
    "null",
    "undefined",
    "NaN",
  ],
  ...[
    "\u0000",
    "a\u0000b",
    "\ud800",
    "\uffff",
    "💥".repeat(200),
    "x".repeat(5_000),
    "../../etc/passwd",
    "%00",
    "%s%n",
  ],
  ...[
    "'; DROP TABLE events; --",
    "<script>alert(1)</script>",
    "${7*7}",
    "__proto__",
    "constructor",
    "toString",
  ],
  ...["2026-13-45T99:99:99Z", "0000-00-00", "-271821-04-20T00:00:00.000Z", "9999999999999999999999"],
  ...[[], {}, [[]], [null], { toString: 1 }, { length: -1 }, { $gt: "" }, { constructor: { prototype: {} } }],
  JSON.parse('{"__proto__":{"admin":true}}'),
  "[".repeat(50)
)
const value = fc.oneof(
  { weight: 3, arbitrary: nasty },
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ maxLength: 40 })
)

/** A deep value: 2,000 brackets, which naive recursion does not survive. */
const deep = fc.constantFrom(
  "[".repeat(2_000) + "]".repeat(2_000),
  `{"events":${'{"a":'.repeat(500)}1${"}".repeat(500)}}`
)
const notJson = fc.oneof(
  fc.constantFrom(
    "",
    "{",
    '{"events":',
    "undefined",
    "{'events': []}",
    '{"events":[}',
    "\u0000",
    "\ufeff{}",
    "NaN"
  ),
  fc.string({ maxLength: 100 })
)

/** `valid` with some of its fields set to garbage, left out or joined by unknown ones. */
function broken(valid: Record<string, unknown>): fc.Arbitrary<Record<string, unknown>> {
  const change = fc.tuple(
    fc.constantFrom(...Object.keys(valid), "unknown_field", "__proto__"),
    fc.option(value)
  )
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
    const copy = new Map(Object.entries(valid))
    for (const [key, replacement] of changes) {
      if (replacement === null) copy.delete(key)
      else copy.set(key, replacement)
    }
    return Object.fromEntries(copy)
  })
}

/** The body's text: mostly `bodies` as JSON, now and then something that is no JSON or too deep. */
function text(bodies: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  const json = bodies.map((body) => JSON.stringify(body) ?? "")
  return fc.oneof({ weight: 8, arbitrary: json }, notJson, deep)
}

const eventOf = (): Record<string, unknown> => ({
  event_id: uuidv7(),
  type: "view_item",
  ts: Date.now(),
  // One visitor an event, so that the limit on a visitor's events is not what refuses them.
  visitor_id: `garbage-${uuidv7()}`,
  session_id: "garbage",
  consent: { analytics: true, personalization: true, experimentation: false, model_training: false },
  page: { type: "product", url_path: "/p" },
  context: { country: "PT", device: "mobile", tz_offset: 0, currency: "eur", locale: "pt" },
  items: [{ product_id: "prod_garbage", position: 1, price: 3, quantity: 1 }],
  placement: "home-for-you",
  request_id: "garbage",
  slot: 0,
  propensity: 1,
  value: 1,
  currency: "eur",
  properties: { ms: 10 },
})
const TYPES = [
  "view_item",
  "search",
  "dwell",
  "rating",
  "purchase",
  "rec_impression",
  "Product Viewed",
  "no_such_type",
]
const event = fc
  .constantFrom(...TYPES)
  .chain((type) => fc.oneof(broken({ ...eventOf(), type }), broken({ ...eventOf(), type }), value))
const batch = fc.oneof(
  { weight: 6, arbitrary: fc.record({ events: fc.array(event, { maxLength: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ sent_at: value, events: fc.array(event, { maxLength: 2 }) }) },
  fc.record({ events: value }),
  fc.constant({ events: Array.from({ length: 501 }, () => ({})) }),
  value
)

const page = broken({
  placements: [{ placement: "home-for-you", limit: 4 }],
  exclude: ["prod_garbage"],
  region_id: "reg_garbage",
  currency_code: "eur",
  country_code: "pt",
  fields: "id,title",
})
const listOfPage = broken({ placement: "pdp-similar", product_id: "prod_x", cart_id: "cart_x", limit: 3 })
const pages = fc.oneof(
  page,
  fc.record({ placements: fc.array(listOfPage, { maxLength: 14 }) }),
  fc.record({ placements: value }),
  value
)
const ranked = fc.oneof(
  broken({ product_ids: ["prod_garbage"], placement: "listing-rerank", limit: 1, country_code: "pt" }),
  fc.record({ product_ids: fc.array(value, { maxLength: 4 }) }),
  fc.constant({ product_ids: Array.from({ length: 201 }, (_, place) => `prod_${place}`) }),
  value
)
const feedback = fc.oneof(
  broken({ product_id: "prod_garbage", type: "rating", rating: 5, request_id: "r", placement: "trending" }),
  broken({ product_id: "prod_garbage", type: "not_interested" }),
  value
)
const consents = fc.oneof(
  broken({ visitor_id: "garbage", consent: { analytics: true } }),
  broken({ analytics: true, personalization: "yes" }).map((consent) => ({ visitor_id: "garbage", consent })),
  value
)

const QUERY = {
  placement: "home-for-you",
  product_id: "prod_x",
  cart_id: "cart_x",
  limit: "5",
  exclude: "prod_y",
}
const PRICES = { region_id: "reg_x", currency_code: "eur", country_code: "pt", fields: "id,title" }
const asText = (given: unknown) => (typeof given === "string" ? given : (JSON.stringify(given) ?? ""))
const encode = (given: unknown) => {
  // What a query can't carry as it is becomes what a browser would send for it.
  const well = asText(given).replace(/[\ud800-\udfff]/g, "\ufffd")
  return encodeURIComponent(well.slice(0, 1_000))
}
const query = fc.oneof(
  {
    weight: 5,
    arbitrary: broken({ ...QUERY, ...PRICES }).map((fields) =>
      Object.entries(fields)
        .map(([key, given]) => `${encodeURIComponent(key)}=${encode(given)}`)
        .join("&")
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...Object.keys({ ...QUERY, ...PRICES })), nasty)
      .map(([key, given]) => `placement=home-for-you&${key}=${encode(given)}`),
  },
  fc.constantFrom(
    "",
    "placement",
    "placement=",
    "placement=a&placement=b",
    "placement[]=a",
    "placement[a][b]=c",
    "placement=home-for-you&limit[]=3",
    "placement=home-for-you&limit=%",
    "placement=home-for-you&exclude=%ff%fe",
    "placement=home-for-you&__proto__[limit]=3",
    "placement=home-for-you&fields=*,%2Bpassword_hash",
    "placement=home-for-you&fields=" + "a.".repeat(500),
    "placement=home-for-you&limit=1e9",
    "placement=home-for-you&" + "a=1&".repeat(1_200)
  )
)

/** Header values that HTTP can carry: visible characters, short. */
const headerText = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "a b",
    "x".repeat(500),
    "'; --",
    "analytics,bogus",
    ",,,",
    "analytics;personalization",
    "\u00ff"
  ),
  fc.string({ unit: "grapheme-ascii", maxLength: 30 })
)
const identity = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  fc.record(
    {
      "x-personalization-visitor": headerText,
      "x-personalization-session": headerText,
      "x-personalization-consent": headerText,
      "x-personalization-timezone": headerText,
      "cf-ipcountry": headerText,
      "cf-iplatitude": headerText,
      "cf-iplongitude": headerText,
      "cf-timezone": headerText,
    },
    { requiredKeys: [] }
  )
)
const contentType = fc.oneof(
  { weight: 9, arbitrary: fc.constant("application/json") },
  fc.constantFrom("text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-7", "x/y")
)

/** Malformed calls of every store route of the plugin, with a valid publishable key except where it is a query. */
export function calls(publishableKey: string): fc.Arbitrary<Call> {
  const key = { "x-publishable-api-key": publishableKey }
  const post = (path: string, bodies: fc.Arbitrary<unknown>): fc.Arbitrary<Call> =>
    fc.record({ body: text(bodies), identity, type: contentType }).map(({ body, identity: who, type }) => ({
      method: "POST",
      path: STORE + path,
      headers: { ...key, ...who, "content-type": type },
      body,
    }))
  const get = (path: string, queries: fc.Arbitrary<string>): fc.Arbitrary<Call> =>
    fc.record({ search: queries, identity }).map(({ search, identity: who }) => ({
      method: "GET",
      path: `${STORE}${path}${search ? `?${search}` : ""}`,
      headers: { ...key, ...who },
    }))
  const pk = fc.oneof({ weight: 4, arbitrary: fc.constant(publishableKey) }, nasty.map(encode))
  const beacon = fc.record({ pk, body: text(batch) }).map(({ pk: given, body }): Call => ({
    method: "POST",
    path: `/personalization/collect?pk=${given}`,
    headers: { "content-type": "text/plain" },
    body,
  }))
  return fc.oneof(
    { weight: 4, arbitrary: post("/events", batch) },
    { weight: 2, arbitrary: beacon },
    { weight: 4, arbitrary: get("/recommendations", query) },
    { weight: 3, arbitrary: post("/recommendations", pages) },
    { weight: 2, arbitrary: post("/rank", ranked) },
    { weight: 2, arbitrary: post("/feedback", feedback) },
    { weight: 2, arbitrary: post("/consent", consents) },
    { weight: 1, arbitrary: get("/consent", fc.constant("")) }
  )
}

import { contextFromHeaders, deviceOf, placeOf } from "."

const IPHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
const IPAD =
  "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1"
const LINUX =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"

describe("deviceOf", () => {
  it.each([
    ["mobile", { "sec-ch-ua-mobile": "?1", "user-agent": LINUX }],
    ["desktop", { "sec-ch-ua-mobile": "?0", "sec-ch-ua-platform": '"Windows"' }],
    ["tablet", { "sec-ch-ua-mobile": "?0", "sec-ch-ua-platform": '"Android"' }],
    ["mobile", { "user-agent": IPHONE }],
    ["tablet", { "user-agent": IPAD }],
    ["desktop", { "user-agent": LINUX }],
    [undefined, {}],
    [undefined, { "user-agent": "curl/8.5.0" }],
    [undefined, { "user-agent": `${IPHONE}${"x".repeat(1000)}` }],
  ])("says %s", (device, headers) => {
    expect(deviceOf(headers)).toBe(device)
  })
})

describe("placeOf", () => {
  it.each([
    ["PT", { "cf-ipcountry": "PT" }],
    ["FR", { "x-vercel-ip-country": "fr" }],
    ["DE", { "cloudfront-viewer-country": ["DE", "US"] }],
    ["JP", { "client-geo-country": "JP" }],
    ["PT", { "cf-ipcountry": "XX", "x-vercel-ip-country": "PT" }],
    [undefined, { "cf-ipcountry": "T1" }],
    [undefined, { "cf-ipcountry": "<script>" }],
    [undefined, {}],
  ])("says %s", (country, headers) => {
    expect(placeOf(headers)?.country).toBe(country)
  })
})

it("puts together what the headers tell", () => {
  const headers = { "user-agent": IPHONE, "accept-language": "de-AT,de;q=0.9,en;q=0.8" }
  expect(contextFromHeaders(headers)).toEqual({ device: "mobile", locale: "de-AT" })
  expect(contextFromHeaders({ "accept-language": "*" })).toEqual({})
})

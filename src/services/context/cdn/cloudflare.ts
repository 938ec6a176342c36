import { headerOf } from "../headers"
import type { CountryProvider } from "./country-provider"

/** https://developers.cloudflare.com/fundamentals/reference/http-headers/#cf-ipcountry (XX: unknown, T1: Tor) */
export const cloudflare: CountryProvider = {
  name: "cloudflare",
  country: (headers) => headerOf(headers, "cf-ipcountry"),
}

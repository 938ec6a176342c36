import { headerOf } from "../headers"
import type { CountryProvider } from "./country-provider"

/** https://vercel.com/docs/headers/request-headers#x-vercel-ip-country */
export const vercel: CountryProvider = {
  name: "vercel",
  country: (headers) => headerOf(headers, "x-vercel-ip-country"),
}

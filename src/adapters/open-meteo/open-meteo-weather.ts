import type { Coordinates, Weather, WeatherProvider } from "../../services/context"

export interface OpenMeteoOptions {
  /** Up to and without `/v1/forecast`. */
  baseUrl: string
  /** Of paying customers. */
  apiKey?: string
}

/** Up to which WMO code (table 4677, as Open-Meteo abridges it) each word holds. https://open-meteo.com/en/docs */
const CONDITIONS: readonly (readonly [number, Weather["condition"]])[] = [
  [1, "clear"],
  [3, "cloudy"],
  [48, "fog"],
  [67, "rain"],
  [77, "snow"],
  [82, "rain"],
  [86, "snow"],
  [99, "storm"],
]

/** The weather of Open-Meteo, or of any server that speaks its `GET /v1/forecast`. */
export class OpenMeteoWeather implements WeatherProvider {
  readonly name = "open-meteo"

  constructor(private readonly options: OpenMeteoOptions) {}

  /** @throws Error when it does not answer with a code and a temperature */
  async weather({ latitude, longitude }: Coordinates, signal: AbortSignal): Promise<Weather> {
    const { baseUrl, apiKey } = this.options
    const url = new URL(`${baseUrl.replace(/\/+$/, "")}/v1/forecast`)
    url.searchParams.set("latitude", String(latitude))
    url.searchParams.set("longitude", String(longitude))
    url.searchParams.set("current", "temperature_2m,weather_code")
    if (apiKey) url.searchParams.set("apikey", apiKey)
    const response = await fetch(url, { signal })
    if (!response.ok) throw new Error(`status ${response.status}`)
    const { current } = (await response.json()) as {
      current?: { temperature_2m?: unknown; weather_code?: unknown }
    }
    const { temperature_2m: temperature, weather_code: code } = current ?? {}
    const condition = CONDITIONS.find(([upTo]) => typeof code === "number" && code >= 0 && code <= upTo)?.[1]
    if (typeof temperature !== "number" || !condition)
      throw new Error("the answer holds no weather code and temperature")
    return { condition, temperature }
  }
}

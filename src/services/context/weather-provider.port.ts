import type { WeatherCondition } from "../events"
import type { Coordinates } from "./place"

export interface Weather {
  condition: WeatherCondition
  /** Degrees Celsius. */
  temperature: number
}

/** Knows the weather at a place. */
export interface WeatherProvider {
  name: string
  /**
   * The weather now. Asked beside the requests, and not for every one.
   * @param signal aborted when the answer is no longer waited for
   * @throws Error when it can't be had
   */
  weather(at: Coordinates, signal: AbortSignal): Promise<Weather>
}

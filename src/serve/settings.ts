import type { PersonalizationOptions } from "../modules/personalization/options"

/** What a `serve` process is told at its start. */
export interface ServeSettings {
  /** The store's own database: Medusa's tables, and the plugin's unless option `postgres.url` says otherwise. */
  databaseUrl: string
  options: PersonalizationOptions
  host: string
  port: number
  /** Origins as in Medusa's `projectConfig.http.storeCors`. */
  storeCors?: string
  /** Medusa's `projectConfig.http.jwtSecret`. */
  jwtSecret?: string
  /** Requests under way at a time before the answer is 429. */
  maxInFlight: number
  /** How long requests under way may take once the process was asked to end. */
  drainSeconds: number
  logLevel: string
}

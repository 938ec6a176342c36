/** The slice of a logger that the engine uses; Medusa's logger and pino both fit. */
export interface Logger {
  debug(message: string): void
  info(message: string): void
  warn(message: string): void
  error(message: string, error?: Error): void
}

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }

import type { Command } from "commander"
import { pino } from "pino"
import { consume } from "../serve"
import { endOnSignal } from "./end-on-signal"
import { boundHeap } from "./heap"
import { roleSettings, type RoleFlags } from "./role-options"

async function run(flags: RoleFlags): Promise<void> {
  boundHeap()
  const settings = roleSettings(flags, process.env)
  const logger = pino({ level: settings.logLevel, base: { role: "consume", pid: process.pid } })
  const consuming = await consume(settings, logger)
  endOnSignal(() => consuming.stop())
}

/** `medusa-personalization consume`: handles the events of Redis or Kafka in a process of its own. */
export function registerConsume(program: Command): void {
  program
    .command("consume")
    .description("handle the events of Redis or Kafka: features and archive; start as many as you need")
    .option("--config <file>", "JSON file with settings and the plugin's options")
    .option("--database-url <url>", "PostgreSQL of the store (default: DATABASE_URL)")
    .option("--port <port>", "port for health and metrics (default: PORT, else 9100)")
    .option("--host <host>", "address to listen on (default: HOST, else 0.0.0.0)")
    .action(run)
}

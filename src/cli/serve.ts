import cluster from "node:cluster"
import type { Command } from "commander"
import { pino } from "pino"
import { serve } from "../serve"
import { endOnSignal } from "./end-on-signal"
import { boundHeap } from "./heap"
import { roleSettings, type RoleFlags } from "./role-options"
import { leadWorkers } from "./workers"

async function run(flags: RoleFlags): Promise<void> {
  boundHeap()
  const settings = roleSettings(flags, process.env)
  const logger = pino({ level: settings.logLevel, base: { role: "serve", pid: process.pid } })
  if (settings.workers > 1 && cluster.isPrimary) return leadWorkers(settings.workers, logger)
  const serving = await serve(settings, logger)
  endOnSignal(() => serving.stop())
}

/** `medusa-personalization serve`: answers shoppers in a process of its own, without Medusa. */
export function registerServe(program: Command): void {
  program
    .command("serve")
    .description("answer the plugin's store routes without Medusa; docs/serve.md says what differs")
    .option("--config <file>", "JSON file with settings and the plugin's options")
    .option("--database-url <url>", "PostgreSQL of the store (default: DATABASE_URL)")
    .option("--port <port>", "port to listen on (default: PORT, else 9100)")
    .option("--host <host>", "address to listen on (default: HOST, else 0.0.0.0)")
    .option("--workers <count>", "processes that share the port (default: WORKERS, else 1)")
    .action(run)
}

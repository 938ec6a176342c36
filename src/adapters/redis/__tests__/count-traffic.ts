import type { RedisConnection } from "../connection"

interface Socketed {
  ping(): Promise<unknown>
  stream: { write(data: unknown, ...rest: unknown[]): boolean }
  info(section: string): Promise<string>
}

/** How often each server has run a command, by its lower-case name. */
async function callsOf(servers: readonly Socketed[], command: string): Promise<number> {
  const stats = await Promise.all(servers.map((server) => server.info("commandstats")))
  const calls = stats.map((text) =>
    Number(new RegExp(`^cmdstat_${command}:calls=(\\d+)`, "m").exec(text)?.[1] ?? 0)
  )
  return calls.reduce((sum, n) => sum + n, 0)
}

/**
 * What an action costs on the wire.
 * @returns writes to each server's socket, and how often the servers have run each of `commands`
 */
export async function countTraffic(
  connection: RedisConnection,
  commands: readonly string[],
  action: () => Promise<unknown>
): Promise<{ writes: number[]; calls: Record<string, number> }> {
  const servers = connection.masters() as unknown as Socketed[]
  // A cluster connects to a server when it is needed.
  await Promise.all(servers.map((server) => server.ping()))
  const before = await Promise.all(commands.map((command) => callsOf(servers, command)))
  const spies = servers.map((server) => jest.spyOn(server.stream, "write"))
  await action()
  const writes = spies.map((spy) => spy.mock.calls.length)
  for (const spy of spies) spy.mockRestore()
  const after = await Promise.all(commands.map((command) => callsOf(servers, command)))
  return { writes, calls: Object.fromEntries(commands.map((name, i) => [name, after[i] - before[i]])) }
}

import { PersonalizationError, silentLogger, type Logger } from "../../services/lib"
import { loadDriver, type RedisClient, type RedisClusterClient, type RedisDriver } from "./driver"
import { translated } from "./errors"
import { FEATURE_SCRIPTS } from "./feature-scripts"
import type { Script } from "./script"
import { STREAM_SCRIPTS } from "./stream-scripts"

export interface RedisConnectionOptions {
  /**
   * `redis://` or, encrypted, `rediss://[user:password@]host:port[/db]`. Several, separated by commas, are nodes of a
   * Redis Cluster; a cluster with a single address is named twice.
   */
  url: string
  logger?: Logger
  /** A command without an answer fails after this many ms. Default 2,000. */
  commandTimeoutMs?: number
}

/** How much of what it has acknowledged Redis still has after a loss of power; `unknown` when it does not say. */
export type RedisDurability = "always" | "everysec" | "none" | "unknown"

const MAX_WAIT_MS = 2_000
const LOG_EVERY_MS = 30_000
/** A server of a cluster that was away is found again after this long. */
const REFRESH_MS = 2_000
/**
 * Scripts become commands before the first command is sent. ioredis copies the commands of a client into the group of
 * those of one turn when that is begun: one that is defined later is missing there, and that ends the process.
 */
const SCRIPTS: Readonly<Record<string, { lua: string; numberOfKeys?: number }>> = {
  ...FEATURE_SCRIPTS,
  ...STREAM_SCRIPTS,
}
/**
 * Commands that go out by themselves: scripts whose number of keys varies, for ioredis would take the number for the key
 * that decides the node, the script of rate-limiter-flexible, which is defined when the first limiter is made, and the one
 * read of a list, which has no company in its turn of the event loop.
 */
const UNGROUPED = [
  "mget",
  ...Object.keys(SCRIPTS).filter((name) => SCRIPTS[name].numberOfKeys === undefined),
  "rlflxIncr",
]

const waitAfter = (times: number): number => Math.min(MAX_WAIT_MS, 50 * 2 ** Math.min(times, 6))

/**
 * What the adapters on Redis share: one connection (per node) on which the commands of one turn travel together. A
 * command fails at once while Redis is away, and is never sent again by itself: whoever sent it knows whether it may
 * be. The connection comes back by itself, for ever.
 */
export class RedisConnection {
  private lastLog = -Infinity
  private silenced = false
  private closed = false
  private readonly subscribers = new Set<RedisClient>()
  private readonly refresh: NodeJS.Timeout | undefined

  private constructor(
    private readonly driver: RedisDriver,
    private readonly options: RedisConnectionOptions,
    private readonly urls: readonly string[],
    private readonly logger: Logger
  ) {
    this.client = this.make("commands")
    if (!this.cluster) return
    const look = () => (this.client as RedisClusterClient).refreshSlotsCache(() => undefined)
    this.refresh = setInterval(look, REFRESH_MS).unref()
  }

  readonly client: RedisClient

  /**
   * Resolves when Redis answers, or when it is known not to answer now: the connection then waits for it.
   * @throws PersonalizationError `invalid_option` for an address that is none
   */
  static async open(options: RedisConnectionOptions): Promise<RedisConnection> {
    const urls = parseUrls(options.url)
    const connection = new RedisConnection(await loadDriver(), options, urls, options.logger ?? silentLogger)
    let timer: NodeJS.Timeout | undefined
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, MAX_WAIT_MS)))
    // Each server of a cluster is connected to when it is first asked.
    const answers = connection.client.connect().then(() => connection.reachable())
    await Promise.race([answers.catch(() => undefined), patience])
    clearTimeout(timer)
    return connection
  }

  /** Keys are spread over several servers. */
  get cluster(): boolean {
    return this.urls.length > 1
  }

  /** Every server that holds keys. */
  masters(): RedisClient[] {
    return this.cluster ? (this.client as RedisClusterClient).nodes("master") : [this.client]
  }

  /** Runs one of `SCRIPTS`, whose text is sent once per connection. */
  script(name: keyof typeof FEATURE_SCRIPTS | keyof typeof STREAM_SCRIPTS): Script {
    const { numberOfKeys } = SCRIPTS[name]
    const commands = this.client as unknown as Record<
      string,
      (...args: (string | number)[]) => Promise<unknown>
    >
    return (keys, args) =>
      translated(() =>
        numberOfKeys === undefined
          ? commands[name](keys.length, ...keys, ...args)
          : commands[name](...keys, ...args)
      )
  }

  /** Listens on a connection of its own; what is published while that is lost is missed. */
  listen(channel: string, listener: (message: string) => void): { close(): void } {
    const client = this.make("wake-ups")
    this.subscribers.add(client)
    client.on("message", (_channel, message) => listener(message))
    // It is renewed with every new connection; when it fails, listeners look by themselves.
    client.subscribe(channel).catch(() => undefined)
    return {
      close: () => {
        this.subscribers.delete(client)
        client.disconnect()
      },
    }
  }

  /** Does every server answer? */
  async reachable(): Promise<boolean> {
    try {
      const servers = this.masters()
      await Promise.all(servers.map((server) => server.ping()))
      return servers.length > 0
    } catch {
      return false
    }
  }

  /**
   * What a loss of power may cost: `always` nothing, `everysec` the last second, `none` more. Killing the server alone
   * costs nothing with the first two, for what was acknowledged is with the kernel. Of several servers the least.
   */
  async durability(): Promise<RedisDurability> {
    try {
      const found = await Promise.all(this.masters().map(durabilityOf))
      return (["none", "everysec", "always"] as const).find((one) => found.includes(one)) ?? "unknown"
    } catch {
      return "unknown"
    }
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    clearInterval(this.refresh)
    for (const client of [this.client, ...this.subscribers]) client.disconnect()
    this.subscribers.clear()
  }

  private make(purpose: "commands" | "wake-ups"): RedisClient {
    const { Redis, Cluster } = this.driver
    const commands = purpose === "commands"
    const common = {
      enableAutoPipelining: commands,
      enableOfflineQueue: !commands,
      autoPipeliningIgnoredCommands: UNGROUPED,
      lazyConnect: true as const,
    }
    const each = {
      commandTimeout: commands ? (this.options.commandTimeoutMs ?? 2_000) : undefined,
      connectTimeout: 5_000,
      // Sent again after a loss, a command might be carried out twice.
      maxRetriesPerRequest: commands ? 0 : null,
      autoResendUnfulfilledCommands: !commands,
      connectionName: `personalization-${purpose}`,
    }
    const client = this.cluster
      ? new Cluster([...this.urls], {
          ...common,
          clusterRetryStrategy: waitAfter,
          maxRedirections: 4,
          retryDelayOnFailover: 100,
          // Its own timer may outlive the connection; see `refresh`.
          slotsRefreshInterval: 0,
          redisOptions: { ...each, ...credentialsOf(this.urls[0]) },
          // Certificates name hosts, not addresses.
          ...(this.urls[0].startsWith("rediss:") && {
            dnsLookup: (address: string, done: (error: null, address: string) => void) => done(null, address),
          }),
        })
      : new Redis(this.urls[0], { ...common, ...each, retryStrategy: waitAfter })
    if (commands) for (const [name, script] of Object.entries(SCRIPTS)) client.defineCommand(name, script)
    client.on("error", (error) => this.complain(error))
    client.on("node error", (error) => this.complain(error))
    client.on("ready", () => this.comfort())
    return client
  }

  private complain(error: Error): void {
    this.silenced = true
    if (performance.now() - this.lastLog < LOG_EVERY_MS) return
    this.lastLog = performance.now()
    this.logger.warn(`Redis: ${error.message}; will try again`)
  }

  private comfort(): void {
    if (!this.silenced) return
    this.silenced = false
    this.lastLog = -Infinity
    this.logger.info("Redis: connected again")
  }
}

function parseUrls(text: string): string[] {
  const urls = text.split(",").map((url) => url.trim())
  const sound = urls.every((url) => /^rediss?:$/.test(URL.canParse(url) ? new URL(url).protocol : ""))
  if (sound) return urls
  // The address may hold a password: it is not repeated.
  throw new PersonalizationError(
    "invalid_option",
    "redisUrl must be redis://host:port or rediss://host:port, or several of a Redis Cluster separated by commas"
  )
}

/** In a cluster, nodes that are discovered have no address of ours to take these from. */
function credentialsOf(url: string): { username?: string; password?: string; tls?: object } {
  const { username, password, protocol } = new URL(url)
  return {
    username: username ? decodeURIComponent(username) : undefined,
    password: password ? decodeURIComponent(password) : undefined,
    tls: protocol === "rediss:" ? {} : undefined,
  }
}

async function durabilityOf(server: RedisClient): Promise<RedisDurability> {
  const [, enabled] = await server.config("GET", "appendonly")
  const [, fsync] = await server.config("GET", "appendfsync")
  if (enabled === undefined || fsync === undefined) return "unknown"
  if (enabled !== "yes" || fsync === "no") return "none"
  return fsync === "always" ? "always" : "everysec"
}

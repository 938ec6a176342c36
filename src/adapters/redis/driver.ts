/** The slice of ioredis that is used; one server and a Redis Cluster both have it. */
export interface RedisClient {
  readonly status: string
  get(key: string): Promise<string | null>
  mget(keys: readonly string[]): Promise<(string | null)[]>
  /** Sets a key that is absent; resolves with what it held before. Redis 7 and newer. */
  set(key: string, value: string, ex: "EX", seconds: number, nx: "NX", get: "GET"): Promise<string | null>
  del(key: string): Promise<number>
  scan(
    cursor: string,
    match: "MATCH",
    pattern: string,
    count: "COUNT",
    keys: number
  ): Promise<[cursor: string, keys: string[]]>
  xlen(key: string): Promise<number>
  xrange(key: string, from: string, to: string, count: "COUNT", entries: number): Promise<StreamEntry[]>
  xrevrange(key: string, from: string, to: string, count: "COUNT", entries: number): Promise<StreamEntry[]>
  config(get: "GET", pattern: string): Promise<string[]>
  ping(): Promise<string>
  subscribe(channel: string): Promise<unknown>
  defineCommand(name: string, definition: { lua: string; numberOfKeys?: number }): void
  on(event: "error" | "node error", listener: (error: Error) => void): unknown
  on(event: "ready", listener: () => void): unknown
  on(event: "message", listener: (channel: string, message: string) => void): unknown
  connect(): Promise<void>
  disconnect(): void
}

/** Fields are null when the entry was deleted while it was pending. */
export type StreamEntry = [id: string, fields: string[] | null]

/** A Redis Cluster can list its servers. */
export interface RedisClusterClient extends RedisClient {
  nodes(role: "master"): RedisClient[]
  /** Looks again which server holds what. */
  refreshSlotsCache(done?: () => void): void
}

/** What is told to every connection, however it is made. */
interface CommonOptions {
  enableAutoPipelining: boolean
  enableOfflineQueue: boolean
  /** Commands that go out by themselves. */
  autoPipeliningIgnoredCommands: string[]
  lazyConnect: true
}

interface ConnectionOptions {
  commandTimeout?: number
  connectTimeout: number
  maxRetriesPerRequest: number | null
  autoResendUnfulfilledCommands: boolean
  connectionName: string
}

/** The constructors that are used. */
export interface RedisDriver {
  Redis: new (
    url: string,
    options: CommonOptions & ConnectionOptions & { retryStrategy(times: number): number }
  ) => RedisClient
  Cluster: new (
    nodes: string[],
    options: CommonOptions & {
      clusterRetryStrategy(times: number): number
      maxRedirections: number
      retryDelayOnFailover: number
      slotsRefreshInterval: 0
      dnsLookup?(address: string, done: (error: null, address: string) => void): void
      redisOptions: ConnectionOptions & { username?: string; password?: string; tls?: object }
    }
  ) => RedisClusterClient
}

/** Loaded when a connection is opened: a shop without Redis never pays for it. */
export const loadDriver = async (): Promise<RedisDriver> =>
  (await import("ioredis")) as unknown as RedisDriver

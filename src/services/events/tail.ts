import { deliver, type Logger } from "../lib"
import type { LoggedEvent } from "./event"
import type { Subscription } from "./event-stream.port"
import { compareOffsets } from "./offset"

/** What one look at the log came to. */
export interface Polled {
  /** Newest offset that the group has handled, if any. */
  position: string | undefined
  /** Nothing was left to handle. */
  idle: boolean
  /** Another process works for the group: look again later. */
  busy?: boolean
}

/** How a log is read on behalf of one group. */
export interface TailSource {
  /** Reads one batch, hands it over, and acknowledges it if that resolved to true. */
  poll(handle: (batch: readonly LoggedEvent[]) => Promise<boolean>): Promise<Polled>
  head(): Promise<string | undefined>
  /** Takes an event that its handler cannot bear. */
  bury(event: LoggedEvent, error: Error): Promise<void>
  /** Called once, when the tail has ended. */
  ended?(): Promise<void>
}

export interface TailOptions {
  maxAttempts: number
  /** Wait after a first failure, ms. */
  backoffMs: number
  /** Looks at the log this often even when nothing has woken it, ms. */
  pollMs: number
  logger: Logger
}

export const TAIL_DEFAULTS = { maxAttempts: 5, backoffMs: 100, pollMs: 1_000 }

/** The loop of one subscription: read, hand over, acknowledge, sleep until woken. */
export class Tail implements Subscription {
  private position: string | undefined
  private stopping = false
  private woken = false
  private wakeUp: (() => void) | undefined
  private looks = 0
  private readonly waiters = new Set<() => void>()
  private readonly loop: Promise<void>

  constructor(
    private readonly source: TailSource,
    private readonly handler: (batch: readonly LoggedEvent[]) => Promise<void>,
    private readonly options: TailOptions
  ) {
    this.loop = this.run()
  }

  /** There may be something new. */
  wake(): void {
    this.woken = true
    this.wakeUp?.()
  }

  async caughtUp(): Promise<void> {
    const target = await this.source.head()
    if (target === undefined) return
    const looksThen = this.looks
    // An erased event leaves no offset to wait for, so an idle look that began after this call will do as well.
    const reached = (idleSince?: number) =>
      this.stopping ||
      (this.position !== undefined && compareOffsets(this.position, target) >= 0) ||
      (idleSince !== undefined && idleSince > looksThen)
    if (reached()) return
    await new Promise<void>((resolve) => {
      const check = () => {
        if (!reached(this.idleLook)) return
        this.waiters.delete(check)
        resolve()
      }
      this.waiters.add(check)
      this.wake()
    })
  }

  async close(): Promise<void> {
    this.stopping = true
    this.wake()
    await this.loop
  }

  /** Number of the newest look that found nothing. */
  private idleLook: number | undefined

  private async run(): Promise<void> {
    while (!this.stopping) {
      this.woken = false
      const look = ++this.looks
      let rest = true
      try {
        const polled = await this.source.poll((batch) => this.handle(batch))
        this.position = polled.position
        rest = polled.idle || polled.busy === true
        if (polled.idle) this.idleLook = look
      } catch (error) {
        this.options.logger.warn(`event log: reading failed, will try again: ${(error as Error).message}`)
      }
      for (const check of this.waiters) check()
      if (rest && !this.woken) await this.sleep(this.options.pollMs)
    }
    for (const check of this.waiters) check()
    await this.source.ended?.()
  }

  private handle(batch: readonly LoggedEvent[]): Promise<boolean> {
    const policy = {
      maxAttempts: this.options.maxAttempts,
      backoffMs: this.options.backoffMs,
      wait: (ms: number) => this.pause(ms),
      stopped: () => this.stopping,
    }
    return deliver(batch, this.handler, policy, (event, error) => this.source.bury(event, error))
  }

  /** Sleeps until woken. */
  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.wakeUp = undefined
        resolve()
      }
      const timer = setTimeout(done, ms)
      timer.unref?.()
      this.wakeUp = done
    })
  }

  /** Waits before another attempt; only stopping cuts it short. */
  private async pause(ms: number): Promise<void> {
    const until = Date.now() + ms
    while (!this.stopping && Date.now() < until) await this.sleep(until - Date.now())
  }
}

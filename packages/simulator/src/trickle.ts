import { Random } from "../../../src/services/lib"
import { LiveVisit, type LiveShop, type VisitReport } from "./live-visit"
import type { SimProduct } from "./products"
import type { SimShopper } from "./shoppers"

export interface TrickleOptions {
  shop: LiveShop
  products: readonly SimProduct[]
  shoppers: readonly SimShopper[]
  seed: number
  /** Shoppers in the shop at the same time. Default 2. */
  concurrency?: number
  /** Mean time between two steps of a shopper. Default 2,500 ms. */
  stepMs?: number
  /** Ends the trickle. */
  signal: AbortSignal
  onVisit?: (report: VisitReport) => void
  /** A visit that failed; the next one follows after a pause that doubles up to a minute. */
  onError?: (error: Error) => void
}

/** Sends simulated shoppers through the running store until told to end. */
export async function trickle(options: TrickleOptions): Promise<void> {
  const { concurrency = 2 } = options
  await Promise.all(
    Array.from({ length: concurrency }, (_, lane) => visitors(options, new Random(options.seed + lane)))
  )
}

async function visitors(options: TrickleOptions, random: Random): Promise<void> {
  const { shop, products, shoppers, stepMs = 2_500, signal, onVisit, onError } = options
  const weights = shoppers.map((shopper) => shopper.activity)
  const pause = () => sleep(stepMs * (0.4 + 1.2 * random.next()), signal)
  let backoff = 1_000
  while (!signal.aborted) {
    try {
      const shopper = shoppers[random.weighted(weights)]
      const report = await new LiveVisit(shop, products, shopper, random, pause).play()
      onVisit?.(report)
      backoff = 1_000
      await pause()
    } catch (error) {
      if (signal.aborted) return
      onError?.(error as Error)
      await sleep(backoff, signal).catch(() => {})
      backoff = Math.min(60_000, backoff * 2)
    }
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error)
    const end = () => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", end)
      resolve()
    }, ms)
    signal.addEventListener("abort", end, { once: true })
  })
}

import type { SimShopper } from "./shoppers"

/** An answer other than 2xx. */
export class StoreError extends Error {
  constructor(
    readonly status: number,
    message: string
  ) {
    super(message)
    this.name = "StoreError"
  }
}

export interface RecommendedProduct {
  product_id: string
  variant_id?: string
}

export interface RecommendationAnswer {
  request_id: string
  placement: string
  items: RecommendedProduct[]
}

const CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"
const USER_AGENTS = {
  mobile: `Mozilla/5.0 (Linux; Android 15; Pixel 9) ${CHROME} Mobile Safari/537.36`,
  tablet: `Mozilla/5.0 (Linux; Android 15; Pixel Tablet) ${CHROME} Safari/537.36`,
  desktop: `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Safari/537.36`,
} as const

interface Address {
  first_name: string
  last_name: string
  address_1: string
  city: string
  postal_code: string
  country_code: string
}

/** The store over HTTP, as one shopper's browser sees it. */
export class StoreClient {
  constructor(
    private readonly baseUrl: string,
    private readonly publishableKey: string,
    private readonly shopper: SimShopper,
    private readonly sessionId: string
  ) {}

  recommendations(placements: readonly object[], region?: string): Promise<RecommendationAnswer[]> {
    return this.call<{ recommendations: RecommendationAnswer[] }>(
      "POST",
      "/store/personalization/recommendations",
      {
        placements,
        region_id: region,
      }
    ).then((answer) => answer.recommendations)
  }

  async track(events: readonly object[]): Promise<void> {
    if (!this.shopper.consent.analytics) return
    await this.call("POST", "/store/personalization/events", { sent_at: new Date().toISOString(), events })
  }

  async createCart(region: string): Promise<string> {
    const { visitorId, consent } = this.shopper
    const personalization = { visitor_id: visitorId, session_id: this.sessionId, consent }
    const answer = await this.call<{ cart: { id: string } }>("POST", "/store/carts", {
      region_id: region,
      metadata: { personalization },
    })
    return answer.cart.id
  }

  async addToCart(
    cart: string,
    variant: string,
    origin?: { request_id: string; placement: string }
  ): Promise<void> {
    await this.call("POST", `/store/carts/${cart}/line-items`, {
      variant_id: variant,
      quantity: 1,
      ...(origin ? { metadata: { personalization: origin } } : {}),
    })
  }

  /** Address, shipping, payment by the system provider, order. */
  async order(cart: string): Promise<string> {
    const country = this.shopper.country.code.toLowerCase()
    const address: Address = {
      first_name: "Simulated",
      last_name: "Shopper",
      address_1: "Example Street 1",
      city: "Example",
      postal_code: "12345",
      country_code: country,
    }
    await this.call("POST", `/store/carts/${cart}`, {
      email: `${this.shopper.visitorId.slice(0, 8)}@example.com`,
      shipping_address: address,
      billing_address: address,
    })
    const shipping = await this.call<{ shipping_options: { id: string }[] }>(
      "GET",
      `/store/shipping-options?cart_id=${cart}`
    )
    await this.call("POST", `/store/carts/${cart}/shipping-methods`, {
      option_id: shipping.shipping_options[0].id,
    })
    const payment = await this.call<{ payment_collection: { id: string } }>(
      "POST",
      "/store/payment-collections",
      {
        cart_id: cart,
      }
    )
    await this.call("POST", `/store/payment-collections/${payment.payment_collection.id}/payment-sessions`, {
      provider_id: "pp_system_default",
    })
    const done = await this.call<{ order?: { id: string }; error?: { message: string } }>(
      "POST",
      `/store/carts/${cart}/complete`
    )
    if (!done.order)
      throw new StoreError(200, `the order was not placed: ${done.error?.message ?? "no reason given"}`)
    return done.order.id
  }

  private async call<T>(method: string, path: string, body?: object): Promise<T> {
    const { visitorId, consent } = this.shopper
    const granted = Object.entries(consent).flatMap(([purpose, given]) => (given ? [purpose] : []))
    const response = await fetch(this.baseUrl + path, {
      method,
      headers: {
        "content-type": "application/json",
        // Node's own name would be taken for a robot's, whose views are kept out of the lists.
        "user-agent": USER_AGENTS[this.shopper.device],
        "x-publishable-api-key": this.publishableKey,
        "x-personalization-visitor": visitorId,
        "x-personalization-session": this.sessionId,
        "x-personalization-consent": granted.join(","),
      },
      body: method === "GET" ? undefined : JSON.stringify(body ?? {}),
      signal: AbortSignal.timeout(30_000),
    })
    const text = await response.text()
    if (!response.ok)
      throw new StoreError(response.status, `${method} ${path}: ${response.status} ${text.slice(0, 300)}`)
    return JSON.parse(text) as T
  }
}

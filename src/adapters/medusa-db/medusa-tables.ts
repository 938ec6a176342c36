import { Pool } from "pg"
import { PersonalizationError } from "../../services/lib"
import type { ShopReader } from "../../services/serving"

/** What is asked is short and cached: more connections would be the database's, not ours. */
const CONNECTIONS = 2

const CHANNELS =
  "coalesce(array_agg(link.sales_channel_id) FILTER (WHERE link.sales_channel_id IS NOT NULL), '{}')"
/** Keys in force; the ids of Medusa's records ascend with their age. */
const KEYS = `api_key
         LEFT JOIN publishable_api_key_sales_channel link
           ON link.publishable_key_id = api_key.id AND link.deleted_at IS NULL
        WHERE api_key.type = 'publishable' AND api_key.deleted_at IS NULL
          AND (api_key.revoked_at IS NULL OR api_key.revoked_at > now())`

export interface MedusaTablesOptions {
  /** The store's own database; its tables are looked for along the connection's search path. */
  url: string
  /** Until a connection or an answer is given up, ms. Default 2,000. */
  timeoutMs?: number
}

/**
 * Reads Medusa's own tables, which belong to Medusa 2.21's modules api-key, cart and region and to the link between keys
 * and sales channels. Nothing is ever written.
 */
export class MedusaTables implements ShopReader {
  private readonly pool: Pool

  constructor({ url, timeoutMs = 2_000 }: MedusaTablesOptions) {
    this.pool = new Pool({
      connectionString: url,
      max: CONNECTIONS,
      connectionTimeoutMillis: timeoutMs,
      query_timeout: timeoutMs,
      keepAlive: true,
      application_name: "medusa-plugin-personalization serve",
    })
    // Node ends on an `error` that nobody hears; the next query takes a new connection.
    this.pool.on("error", () => undefined)
  }

  async channelsOfKey(key: string): Promise<string[] | undefined> {
    const rows = await this.read<{ channels: string[] }>(
      `SELECT ${CHANNELS} AS channels FROM ${KEYS} AND api_key.token = $1 GROUP BY api_key.id`,
      key
    )
    return rows[0]?.channels
  }

  async channelsOfKeys(max: number): Promise<Map<string, string[]>> {
    const rows = await this.read<{ token: string; channels: string[] }>(
      `SELECT api_key.token, ${CHANNELS} AS channels
         FROM ${KEYS}
        GROUP BY api_key.id, api_key.token
        ORDER BY api_key.id DESC
        LIMIT $1`,
      max
    )
    return new Map(rows.map(({ token, channels }) => [token, channels]))
  }

  async productsOfCart(cartId: string): Promise<string[] | undefined> {
    const rows = await this.read<{ products: string[] }>(
      `SELECT coalesce(array_agg(DISTINCT line.product_id) FILTER (WHERE line.product_id IS NOT NULL), '{}') AS products
         FROM cart
         LEFT JOIN cart_line_item line ON line.cart_id = cart.id AND line.deleted_at IS NULL
        WHERE cart.id = $1 AND cart.deleted_at IS NULL
        GROUP BY cart.id`,
      cartId
    )
    return rows[0]?.products
  }

  async currencyOfRegion(regionId: string): Promise<string | undefined> {
    const rows = await this.read<{ currency_code: string }>(
      "SELECT currency_code FROM region WHERE id = $1 AND deleted_at IS NULL",
      regionId
    )
    return rows[0]?.currency_code
  }

  close(): Promise<void> {
    return this.pool.end()
  }

  private async read<Row extends object>(sql: string, parameter: string | number): Promise<Row[]> {
    try {
      return (await this.pool.query<Row>(sql, [parameter])).rows
    } catch (cause) {
      const { message } = cause as Error
      throw new PersonalizationError("unavailable", `The store's database can't be read: ${message}`, {
        cause,
        retryAfter: 1,
      })
    }
  }
}

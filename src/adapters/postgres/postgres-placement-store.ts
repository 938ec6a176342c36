import type { DataSource } from "typeorm"
import type { Placement, PlacementStore } from "../../services/serving"
import { Database } from "./database"

export class PostgresPlacementStore implements PlacementStore {
  private readonly db: Database
  private readonly table: string

  constructor(dataSource: DataSource) {
    this.db = new Database(dataSource)
    this.table = this.db.name("placements")
  }

  async list(): Promise<Placement[]> {
    const rows = await this.db.query<{ placement: Placement }>(
      `SELECT placement FROM ${this.table} ORDER BY name COLLATE "C"`
    )
    return rows.map(({ placement }) => placement)
  }

  async put(placement: Placement): Promise<void> {
    await this.db.query(
      `INSERT INTO ${this.table} (name, placement) VALUES ($1, $2)
       ON CONFLICT (name) DO UPDATE SET placement = excluded.placement, updated_at = now()`,
      [placement.name, JSON.stringify(placement)]
    )
  }

  async remove(name: string): Promise<void> {
    await this.db.query(`DELETE FROM ${this.table} WHERE name = $1`, [name])
  }
}

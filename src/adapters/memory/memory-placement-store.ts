import type { Placement, PlacementStore } from "../../services/serving"

export class MemoryPlacementStore implements PlacementStore {
  private readonly placements = new Map<string, Placement>()

  async list(): Promise<Placement[]> {
    const sorted = [...this.placements.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
    return structuredClone(sorted)
  }

  async put(placement: Placement): Promise<void> {
    this.placements.set(placement.name, structuredClone(placement))
  }

  async remove(name: string): Promise<void> {
    this.placements.delete(name)
  }
}

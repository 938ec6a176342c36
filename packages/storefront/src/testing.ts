import type { StorageLike } from "./store"

/** A Web Storage for tests. */
export function fakeStorage(): StorageLike {
  const map = new Map<string, string>()
  return {
    get length() {
      return map.size
    },
    key: (index) => [...map.keys()][index] ?? null,
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
  }
}

/** The part of a fetch Response that the client reads. */
export const answer = (status: number, body: object = {}, headers: Record<string, string> = {}): Response =>
  ({ ok: status < 300, status, headers: new Headers(headers), json: () => Promise.resolve(body) }) as Response

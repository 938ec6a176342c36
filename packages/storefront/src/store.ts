/** The part of the Web Storage interface that is used; `localStorage` fits. */
export interface StorageLike {
  readonly length: number
  key(index: number): string | null
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

/** Strings by key. Never throws. */
export interface Store {
  get(key: string): string | undefined
  /** The parsed value; undefined when it is missing or not JSON. */
  json<T>(key: string): T | undefined
  set(key: string, value: string): void
  remove(key: string): void
  keys(prefix: string): string[]
}

/**
 * Wraps a browser storage so that a blocked or full one costs persistence, never the page: what it
 * refuses is kept in memory. Without a storage (on a server) everything is in memory.
 */
export function openStore(storage: StorageLike | undefined): Store {
  const memory = new Map<string, string>()
  const attempt = <T>(action: (storage: StorageLike) => T): T | undefined => {
    try {
      return storage && action(storage)
    } catch {
      return undefined
    }
  }
  const get = (key: string) => memory.get(key) ?? attempt((inner) => inner.getItem(key)) ?? undefined
  return {
    get,
    json(key) {
      try {
        return JSON.parse(get(key)!)
      } catch {
        return undefined
      }
    },
    set(key, value) {
      const stored = attempt((inner) => (inner.setItem(key, value), true))
      if (stored) memory.delete(key)
      else memory.set(key, value)
    },
    remove(key) {
      memory.delete(key)
      attempt((inner) => inner.removeItem(key))
    },
    keys(prefix) {
      const found = new Set(memory.keys())
      attempt((inner) => {
        for (let i = 0; i < inner.length; i++) found.add(inner.key(i)!)
      })
      return [...found].filter((key) => key.startsWith(prefix)).sort()
    },
  }
}

/** A storage of the window, or undefined on a server or where the browser forbids access to it. */
export function windowStorage(name: "localStorage" | "sessionStorage"): StorageLike | undefined {
  try {
    return globalThis.window?.[name]
  } catch {
    return undefined
  }
}

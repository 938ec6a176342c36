import { ANYONE, DAY_MS, type EventType } from "./event-type"

/** Looking around: lists, product pages, search, attention. */
export const BROWSING: readonly EventType[] = [
  { name: "view_item_list", aliases: ["Product List Viewed"], origins: ANYONE, needs: ["items"] },
  { name: "select_item", aliases: ["Product Clicked"], origins: ANYONE, needs: ["items"] },
  { name: "view_item", aliases: ["Product Viewed"], origins: ANYONE, needs: ["items"] },
  {
    name: "search",
    aliases: ["Products Searched"],
    origins: ANYONE,
    text: { property: "query", alias: "search_term", maxLength: 200 },
  },
  { name: "hover", origins: ANYONE, needs: ["items"], number: { property: "ms", min: 0, max: DAY_MS } },
  { name: "dwell", origins: ANYONE, number: { property: "ms", min: 0, max: DAY_MS } },
  { name: "scroll_depth", origins: ANYONE, number: { property: "percent", min: 0, max: 100 } },
]

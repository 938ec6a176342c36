/** An item id with its score: higher is better, comparable only within one list. */
export interface Scored {
  id: string
  score: number
  /** Number of the product among the catalogue's cards, where whoever names it knows that. */
  number?: number
}

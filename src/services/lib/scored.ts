/** An item id with its score: higher is better, comparable only within one list. */
export interface Scored {
  id: string
  score: number
}

/**
 * Both in one new object; where both have a property, the second's counts. For hot paths: before version 22, Node makes a hidden
 * class of its own for each `{ ...one, more }` whose `more` is not in `one`: 1 to 3 µs, and garbage that outlives the request.
 */
export function joined<A extends object, B extends object>(one: A, other: B): Omit<A, keyof B> & B {
  return Object.assign({}, one, other)
}

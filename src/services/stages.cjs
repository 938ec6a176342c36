/**
 * The stages of the engine, in the order in which data passes through them.
 * A stage may import only the stages before it, through their `index.ts`.
 * The lint rules (.dependency-cruiser.cjs) and the diagram in docs/architecture.md are made from this list.
 */
module.exports = [
  { name: "lib", does: "maths, seeded random, clock, typed errors" },
  { name: "privacy", does: "consent: what may be stored, what may be used" },
  { name: "events", does: "what happened" },
  { name: "features", does: "what we know of shoppers, items and the catalogue" },
  { name: "context", does: "the situation of a request" },
  { name: "models", does: "what we learned" },
  { name: "retrieval", does: "who could be shown" },
  { name: "ranking", does: "in which order" },
  { name: "experiments", does: "which variant" },
  { name: "serving", does: "the answer and its exposure" },
  { name: "measurement", does: "did it help, and for whom" },
]

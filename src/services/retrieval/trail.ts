import { isTurnedDown } from "../features"
import type { RetrievalQuery } from "./candidate-source"

/** Of a shopper without a running session, this many recent products stand in for it. */
const HISTORY = 10
/** Older products say little more of a lasting taste. */
const PAST = 20

/**
 * The products that tell what the shopper is after, oldest first: the running session, else the newest of
 * their history; the page's product last, for it is what they look at now.
 */
export function trailOf({ shopper, seeds }: Pick<RetrievalQuery, "shopper" | "seeds">): readonly string[] {
  const trail = shopper.session.length > 0 ? shopper.session : historyOf(shopper.recent)
  if (seeds.length === 0) return trail
  return [...trail.filter((id) => !seeds.includes(id)), ...seeds]
}

/** What the shopper liked before the running visit, each product once, oldest first: it stays while the visit goes on. */
export function pastOf({ recent, session }: RetrievalQuery["shopper"]): string[] {
  const visit = new Set(session)
  return likedOf(recent)
    .filter((id) => !visit.has(id))
    .slice(-PAST)
}

const historyOf = (recent: RetrievalQuery["shopper"]["recent"]) => likedOf(recent).slice(-HISTORY)

/** A product that was viewed, then put into the cart, then bought counts once, where it was met last. */
function likedOf(recent: RetrievalQuery["shopper"]["recent"]): string[] {
  const liked = recent.filter(({ type }) => !isTurnedDown(type)).map(({ productId }) => productId)
  return [...new Set(liked.reverse())].reverse()
}

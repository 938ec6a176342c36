/**
 * Sessions that jump to another category in the middle: how much of the next list is of the new category, with and
 * without the detection of the turn. The real engine in memory, with shoppers of the simulator who have a history.
 *
 *     npx tsx benchmark/ranking/shift.ts [sessions=400]
 */
import { Random } from "../../src/services/lib"
import { World } from "./world"

const [sessions = 400] = process.argv.slice(2).map(Number)
const TOP = 10
/** Products looked at before the jump. */
const BEFORE = 4
const CLICKS = [0, 1, 2, 3]

async function main(): Promise<void> {
  const world = await World.open(1)
  const random = new Random(11)
  const ways = { with: world.recommender(), without: world.recommender(undefined, { followIntent: false }) }
  const share = new Map<string, number[]>()
  const put = (key: string, value: number) => share.set(key, [...(share.get(key) ?? []), value])
  for (let i = 0; i < sessions; i++) {
    const [from, to] = random.shuffle(world.categories.slice()).slice(0, 2)
    // One in four stays where it is: that must cost nothing.
    const target = i % 4 === 0 ? from : to
    const visit = { ...world.some(1, i)[0], session: `jump-${i}`, now: world.now }
    await world.look(visit, world.drawn(from, BEFORE, random))
    const next = world.drawn(target, Math.max(...CLICKS), random)
    for (const clicks of CLICKS) {
      if (clicks > 0) await world.look(visit, [next[clicks - 1]])
      for (const [way, recommender] of Object.entries(ways)) {
        const ids = (await world.list(recommender, visit)).slice(0, TOP)
        const kind = target === from ? "stays" : "jumps"
        put(
          `${kind}, ${clicks} clicks, ${way}`,
          ids.filter((id) => world.categoryOf(id) === target).length / TOP
        )
      }
    }
  }
  for (const [key, values] of [...share].sort())
    console.log(
      `${key.padEnd(28)} ${(values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(3)} of the top ${TOP}, ${values.length} sessions`
    )
  await world.close()
}

void main()

import { ManualClock } from "../../lib"
import { fitContext } from "../../testing/training-fixture"
import type { Trainer } from "../trainer.port"
import { fitSequences } from "./fit-sequences"
import { gru4recNetwork } from "./gru4rec-network"
import { sequenceOptions } from "./sequence-options"
import type { Sequences } from "./sequences"
import { gradientOf, ITEM_GRADIENT } from "./training-graph"

const SECOND = 1_000
/** Sequences of four steps, so that a batch of 64 steps holds sixteen of them. */
const STEPS = 4
const [REST, HELD] = [3, 1]

const sequences: Sequences = {
  items: Int32Array.of(0, 1, 2, 3, 4),
  item: Int32Array.from({ length: (REST + HELD) * 16 * (STEPS + 1) }, (_, row) => row % (STEPS + 1)),
  start: Int32Array.from({ length: (REST + HELD) * 16 + 1 }, (_, sequence) => sequence * (STEPS + 1)),
  age: new Float64Array((REST + HELD) * 16),
}

/** Takes a second for a batch, after which nothing is better or worse, and tells whether it was learned from. */
function slowTrainer(clock: ManualClock, learned: boolean[]): Trainer {
  return {
    name: "slow",
    gigaflops: 1e9,
    compile: async () => ({
      run: async (feeds) => {
        clock.advance(SECOND)
        // Nothing is dropped where nothing is learned.
        learned.push(feeds["dropout:0"].includes(0))
        const zeros = Object.entries(feeds).flatMap(([name, { length }]) =>
          name.startsWith("weight:")
            ? [[gradientOf(name.slice("weight:".length)), new Float32Array(length)] as const]
            : []
        )
        return {
          ...Object.fromEntries(zeros),
          [ITEM_GRADIENT]: new Float32Array(feeds.items.length),
          loss: Float32Array.of(1),
        }
      },
      close: () => {},
    }),
  }
}

describe("fitSequences", () => {
  const epoch = [true, true, true, false]

  it.each([
    { seconds: 4.5, epochs: 1, why: "the first ends in any case" },
    { seconds: 20.5, epochs: 4, why: "a fifth would leave too little for those held out" },
    { seconds: 21, epochs: 5, why: "five and those held out just fit" },
    { seconds: 100, epochs: 8, why: "there is time for all" },
  ])(
    "goes $epochs times through the data in $seconds s, and then learns from those held out: $why",
    async ({ seconds, epochs }) => {
      const clock = new ManualClock(0)
      const learned: boolean[] = []
      const options = {
        ...sequenceOptions.parse({ epochs: 8, maxMinutes: seconds / 60, validationShare: 0.25 }),
        dimensions: 8,
      }
      const network = gru4recNetwork({ dimensions: 8 })
      await fitSequences(
        "slow",
        network,
        sequences,
        options,
        slowTrainer(clock, learned),
        fitContext(),
        clock
      )
      expect(learned).toEqual([...Array.from({ length: epochs }, () => epoch).flat(), true])
      if (epochs > 1) expect(clock.now()).toBeLessThanOrEqual(seconds * SECOND)
    }
  )
})

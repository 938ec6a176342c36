import { PersonalizationError, silentLogger, type Logger } from "../../lib"
import { plantedData } from "../../testing/model.contract"
import { fitContext, trainingFixture } from "../../testing/training-fixture"
import { sasrec } from "../sasrec"
import { gru4rec } from "../gru4rec"
import type { Trainer } from "../trainer.port"
import { CandidateSampler } from "./candidates"
import { portableTrainer } from "./portable-trainer"
import { batches, sequencesOf } from "./sequences"
import type { SequenceModel } from "./sequence-model"
import type { SequenceOptions } from "./sequence-options"
import { Random } from "../../lib"

const SMALL = { minSequences: 1, dimensions: 8, epochs: 2, maxLength: 4, learningRate: 0.02 }

const listening = (lines: string[]): Logger => ({
  ...silentLogger,
  info: (line) => void lines.push(line),
  warn: (line) => void lines.push(line),
})

describe("SequenceModel", () => {
  it("points to its nearest items: vectors of sessions and items agree with the list", async () => {
    const model = gru4rec.create(SMALL) as SequenceModel<SequenceOptions>
    await model.fit(plantedData(), fitContext())
    const query = { session: ["item5", "anchor"] }
    const session = model.sessionVector(query)!
    const { ids, dimensions, vectors } = model.itemVectors()
    const cosines = ids.map((id, item) => ({
      id,
      cosine: session.reduce((sum, value, j) => sum + value * vectors[item * dimensions + j], 0),
    }))
    const nearest = cosines.filter(({ id }) => id !== "anchor").sort((a, b) => b.cosine - a.cosine)
    expect(model.recommend(query, 5).map(({ id }) => id)).toEqual(nearest.slice(0, 5).map(({ id }) => id))
    expect(Math.hypot(...session)).toBeCloseTo(1, 5)
    expect(model.sessionVector({ session: ["?"] })).toBeUndefined()
  })

  it("scores as probabilities: over all items they sum up to 1, but for the one seen last", async () => {
    const model = sasrec.create(SMALL)
    await model.fit(plantedData(), fitContext())
    const total = model
      .recommend({ session: ["item5", "anchor"] }, 1000)
      .reduce((sum, { score }) => sum + score, 0)
    expect(total).toBeGreaterThan(0.5)
    expect(total).toBeLessThanOrEqual(1.00001)
  })

  it("is left out, with what to do about it, where the trainer is too slow for the time allowed", async () => {
    const slow: Trainer = { ...portableTrainer, gigaflops: 1e-6 }
    const lines: string[] = []
    const model = sasrec.create({ ...SMALL, maxMinutes: 1 })
    await model.fit(plantedData(), fitContext({ logger: listening(lines), trainer: async () => slow }))
    expect(model.recommend({ session: ["anchor"] }, 5)).toEqual([])
    expect(lines.join()).toMatch(/sasrec is left out.*sasrec\.maxMinutes.*onnxruntime-node/)
  })

  it("does not learn from a handful of sequences", async () => {
    const lines: string[] = []
    const model = sasrec.create({ ...SMALL, minSequences: 5000 })
    await model.fit(plantedData(), fitContext({ logger: listening(lines) }))
    expect(model.recommend({ session: ["anchor"] }, 5)).toEqual([])
    expect(lines.join()).toContain("5000 are needed")
  })

  it("ends at once when cancelled in the middle of training", async () => {
    let calls = 0
    const checkCancelled = () => {
      if (++calls > 20) throw new PersonalizationError("cancelled", "cancelled")
    }
    await expect(
      sasrec.create(SMALL).fit(plantedData(), fitContext({ checkCancelled }))
    ).rejects.toMatchObject({ code: "cancelled" })
    expect(calls).toBe(21)
  })
})

describe("sequencesOf", () => {
  it("cuts long sessions into pieces that share one item, and drops repeats in a row", () => {
    const { interactions } = trainingFixture([{ items: ["a", "b", "b", "c", "d", "e"] }, { items: ["a"] }])
    const { item, start, items } = sequencesOf(interactions, { maxLength: 2, keepRepeats: false })
    const name = (at: number) => interactions.itemIds[items[at]]
    const pieces = Array.from({ length: start.length - 1 }, (_, i) =>
      Array.from(item.subarray(start[i], start[i + 1]), name).join("")
    )
    expect(pieces).toEqual(["cde", "abc"])
  })

  it("joins the sessions of a user who has several, the newest pieces of them only", () => {
    const sessions = Array.from({ length: 50 }, (_, i) => ({ items: [`x${i}`], user: "u" }))
    const { interactions } = trainingFixture(sessions)
    const { item, start } = sequencesOf(interactions, { maxLength: 4, keepRepeats: false })
    expect(start.length - 1).toBe(4)
    expect(item[start[1] - 1]).toBe(49)
  })
})

describe("batches", () => {
  it("hold every sequence once, each batch of one length", () => {
    const { interactions } = plantedData()
    const sequences = sequencesOf(interactions, { maxLength: 4, keepRepeats: false })
    const all = Array.from(sequences.age.keys())
    const list = batches(sequences, all, { positions: 12, maxLength: 4 }, new Random(1))
    expect(list.flatMap((batch) => batch.sequences).sort((a, b) => a - b)).toEqual(all)
    for (const { length, sequences: chosen } of list) {
      for (const i of chosen)
        expect(sequences.start[i + 1] - sequences.start[i] - 1).toBeLessThanOrEqual(length)
    }
  })
})

describe("CandidateSampler", () => {
  it("corrects by the chance to be a candidate, which it knows", () => {
    const counts = Array.from({ length: 200 }, (_, i) => 1 + (i % 20) ** 2)
    const random = new Random(2)
    const sampler = new CandidateSampler(counts, 60, 10)
    const seen = new Float64Array(200)
    const chance = new Float64Array(200)
    const rounds = 4000
    for (let round = 0; round < rounds; round++) {
      const own = Int32Array.from({ length: 10 }, () => random.weighted(counts))
      const { items, bias, places } = sampler.draw(own, random)
      expect(Array.from(places, (place) => items[place])).toEqual([...own])
      expect(new Set(items).size).toBe(60)
      items.forEach((item, i) => {
        seen[item]++
        chance[item] = Math.exp(-bias[i])
      })
    }
    seen.forEach((count, item) => expect(Math.abs(count / rounds - chance[item])).toBeLessThan(0.05))
  })
})

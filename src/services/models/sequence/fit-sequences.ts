import { systemClock } from "../../lib"
import type { FitContext } from "../model"
import type { Trainer } from "../trainer.port"
import type { SequenceNetwork } from "./network"
import type { SequenceOptions } from "./sequence-options"
import type { Sequences } from "./sequences"
import { NetworkTraining, type Learned, type LearnOptions } from "./train-network"

/** Batches per epoch that a small shop gets, unless they had fewer steps than SMALLEST_BATCH. */
const BATCHES = 200
const SMALLEST_BATCH = 64
/** Epochs without a lower validation loss after which training ends. */
const PATIENCE = 2
/** What is left of the learning rate at the end. */
const LAST_RATE = 0.1
/** Without the option `epochs`: as many as make this many batches, within bounds. */
const WANTED_BATCHES = 6_000
const EPOCHS = { min: 8, max: 25 }
/** Multiplications and additions per step, candidate and dimension: scores, and their gradients to both sides. */
const OPERATIONS = 6

/**
 * Trains a network: the newest sequences are held out to see when to stop, then learned from as well, with a low
 * rate. The rate falls along a cosine over the epochs.
 * @returns undefined, and says why, when the time allowed is too short for this trainer
 */
export async function fitSequences(
  name: string,
  network: SequenceNetwork,
  sequences: Sequences,
  options: SequenceOptions & { dimensions: number },
  trainer: Trainer,
  context: FitContext
): Promise<Learned | undefined> {
  const steps = sequences.item.length - sequences.age.length
  const learn: LearnOptions = {
    ...options,
    positions: Math.min(options.positions, Math.max(SMALLEST_BATCH, Math.round(steps / BATCHES))),
  }
  const candidates = Math.min(options.candidates, sequences.items.length)
  const operations = steps * candidates * options.dimensions * OPERATIONS
  const minutes = operations / trainer.gigaflops / 6e10
  if (options.maxMinutes > 0 && minutes > options.maxMinutes) {
    context.logger.warn(
      `${name} is left out: with ${trainer.name} one time through the data would take about ` +
        `${Math.ceil(minutes)} minutes and the option \`${name}.maxMinutes\` allows ${options.maxMinutes}; ` +
        "`npm install onnxruntime-node`, or raise it"
    )
    return undefined
  }
  const training = new NetworkTraining(network, sequences, learn, trainer, context)
  const began = systemClock.now()
  const limit = options.maxMinutes > 0 ? options.maxMinutes * 60_000 : Infinity
  const elapsed = () => systemClock.now() - began
  const byAge = Array.from(sequences.age.keys()).sort((a, b) => sequences.age[a] - sequences.age[b] || a - b)
  const held = byAge.slice(0, Math.floor(byAge.length * options.validationShare))
  const older = byAge.slice(held.length).reverse()
  const batches = Math.ceil(steps / learn.positions)
  const wanted =
    options.epochs || Math.max(EPOCHS.min, Math.min(EPOCHS.max, Math.round(WANTED_BATCHES / batches)))
  let epochs = wanted
  const rate = (done: number) =>
    options.learningRate * (LAST_RATE + ((1 - LAST_RATE) * (1 + Math.cos(Math.PI * done))) / 2)
  try {
    let best = Infinity
    let bad = 0
    for (let epoch = 0; epoch < epochs && bad < PATIENCE; epoch++) {
      const loss = await training.epoch(older, {
        rate: (part) => rate((epoch + part) / epochs),
        isOver: () => elapsed() > limit,
      })
      const validation = held.length > 0 ? await training.epoch(held) : loss
      context.progress(Math.min(0.95, (epoch + 1) / epochs))
      context.logger.debug(
        `${name}: epoch ${epoch + 1}, loss ${loss.toFixed(4)}, on newer sequences ${validation.toFixed(4)}`
      )
      bad = validation < best ? 0 : bad + 1
      best = Math.min(best, validation)
      // Fewer epochs rather than an end in the middle, so that the last of them learn with a low rate.
      const affordable = Math.floor(limit / (elapsed() / (epoch + 1)))
      if (affordable < epochs) {
        epochs = Math.max(epoch + 1, affordable)
        context.logger.info(
          `${name}: ${epochs} times through the data instead of ${wanted}, to end within ` +
            `${options.maxMinutes} minutes (\`maxMinutes\`)`
        )
      }
    }
    if (held.length > 0) await training.epoch(held, { rate: () => rate(1), isOver: () => false })
    return training.learned
  } finally {
    training.close()
  }
}

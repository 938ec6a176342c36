import { Random, systemClock, type Clock } from "../../lib"
import type { FitContext } from "../model"
import type { Trainer } from "../trainer.port"
import type { SequenceNetwork } from "./network"
import type { SequenceOptions } from "./sequence-options"
import type { Sequences } from "./sequences"
import { NetworkTraining, type Learned, type LearnOptions } from "./train-network"

/** Batches per epoch that a small shop gets, unless they had fewer steps than SMALLEST_BATCH. */
const BATCHES = 200
const SMALLEST_BATCH = 64
/** Epochs in which the rate falls to its end, once the validation loss has. */
const CLOSING_EPOCHS = 2
/** What is left of the learning rate at the end. */
const LAST_RATE = 0.1
/** Without the option `epochs`: as many as make this many batches, within bounds. */
const WANTED_BATCHES = 6_000
const EPOCHS = { min: 8, max: 25 }
/** Multiplications and additions per step, candidate and dimension: scores, and their gradients to both sides. */
const OPERATIONS = 6

/**
 * Trains a network. The rate falls along a cosine over the epochs, and at once where the loss of held-out sequences
 * does not fall any more: lists still become better then, for a loss also punishes how sure a wrong answer is. The
 * held-out ones are drawn at random, so that the newest are learned from all the time, and learned from at last.
 * @returns undefined, and says why, when the time allowed is too short for this trainer
 */
export async function fitSequences(
  name: string,
  network: SequenceNetwork,
  sequences: Sequences,
  options: SequenceOptions & { dimensions: number },
  trainer: Trainer,
  context: FitContext,
  clock: Clock = systemClock
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
  const began = clock.now()
  const limit = options.maxMinutes > 0 ? options.maxMinutes * 60_000 : Infinity
  const elapsed = () => clock.now() - began
  const drawn = new Random(context.seed).shuffle(Array.from(sequences.age.keys()))
  const held = drawn.slice(0, Math.floor(drawn.length * options.validationShare))
  const rest = drawn.slice(held.length)
  const batches = Math.ceil(steps / learn.positions)
  const wanted =
    options.epochs || Math.max(EPOCHS.min, Math.min(EPOCHS.max, Math.round(WANTED_BATCHES / batches)))
  let epochs = wanted
  /** Share of the way to the last rate at which the closing epochs began. */
  let [closing, closedAt] = [-1, 0]
  const done = (at: number) =>
    closing < 0 ? at / epochs : closedAt + ((1 - closedAt) * (at - closing)) / (epochs - closing)
  const rate = (share: number) =>
    options.learningRate * (LAST_RATE + ((1 - LAST_RATE) * (1 + Math.cos(Math.PI * share))) / 2)
  try {
    let best = Infinity
    for (let epoch = 0; epoch < epochs; epoch++) {
      const loss = await training.epoch(rest, {
        rate: (part) => rate(done(epoch + part)),
        isOver: () => elapsed() > limit,
      })
      const validation = held.length > 0 ? await training.epoch(held) : loss
      context.progress(Math.min(0.95, (epoch + 1) / epochs))
      context.logger.debug(
        `${name}: epoch ${epoch + 1}, loss ${loss.toFixed(4)}, on those held out ${validation.toFixed(4)}`
      )
      if (validation > best && closing < 0 && epoch + 1 + CLOSING_EPOCHS < epochs) {
        closedAt = done(epoch + 1)
        closing = epoch + 1
        epochs = closing + CLOSING_EPOCHS
      }
      best = Math.min(best, validation)
      // Fewer epochs rather than an end in the middle, so that the last of them learn with a low rate; and time is left
      // to learn from those held out.
      const affordable = Math.floor(limit / (elapsed() / (epoch + 1)) - options.validationShare)
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

import { systemClock } from "../../lib"
import type { FitContext } from "../model"
import type { Trainer } from "../trainer.port"
import type { SequenceNetwork } from "./network"
import type { SequenceOptions } from "./sequence-options"
import type { Sequences } from "./sequences"
import { NetworkTraining, type Learned, type LearnOptions } from "./train-network"

/** Batches per epoch that a small shop gets at least. */
const BATCHES = 32
/** Epochs without a lower validation loss after which training ends. */
const PATIENCE = 2
/** Share of the last learning rate's beginning that the rate falls to. */
const LAST_RATE = 0.1

/**
 * Trains a network: the newest sequences are held out to see when to stop, then learned from as well, with a low
 * rate. The rate falls along a cosine over the epochs.
 */
export async function fitSequences(
  name: string,
  network: SequenceNetwork,
  sequences: Sequences,
  options: SequenceOptions & { dimensions: number },
  trainer: Trainer,
  context: FitContext
): Promise<Learned> {
  const steps = sequences.item.length - sequences.age.length
  const learn: LearnOptions = {
    ...options,
    positions: Math.max(16, Math.min(options.positions, Math.round(steps / BATCHES))),
  }
  const training = new NetworkTraining(network, sequences, learn, trainer, context)
  const began = systemClock.now()
  const share = () => (options.maxMinutes > 0 ? (systemClock.now() - began) / 60_000 / options.maxMinutes : 0)
  const byAge = Array.from(sequences.age.keys()).sort((a, b) => sequences.age[a] - sequences.age[b] || a - b)
  const held = byAge.slice(0, Math.floor(byAge.length * options.validationShare))
  const older = byAge.slice(held.length).reverse()
  const { epochs, learningRate } = options
  const rate = (done: number) =>
    learningRate * (LAST_RATE + ((1 - LAST_RATE) * (1 + Math.cos(Math.PI * Math.min(1, done)))) / 2)
  try {
    let best = Infinity
    let bad = 0
    for (let epoch = 0; epoch < epochs && bad < PATIENCE; epoch++) {
      const loss = await training.epoch(older, (part) => rate(Math.max((epoch + part) / epochs, share())))
      context.progress(Math.min(0.95, Math.max((epoch + 1) / (epochs + 1), share())))
      const validation = held.length > 0 ? await training.epoch(held) : loss
      context.logger.debug(
        `${name}: epoch ${epoch + 1}, loss ${loss.toFixed(4)}, on newer sequences ${validation.toFixed(4)}`
      )
      bad = validation < best ? 0 : bad + 1
      best = Math.min(best, validation)
      if (share() >= 0.95) break
    }
    if (held.length > 0) await training.epoch(held, () => rate(1))
    return training.learned
  } finally {
    training.close()
  }
}

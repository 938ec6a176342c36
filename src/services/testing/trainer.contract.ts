import { Random } from "../lib"
import { portableTrainer, type Graph, type Program, type Trainer } from "../models"
import { gradients } from "../models/sequence/gradients"
import { GraphBuilder, sizeOf, type Node } from "../models/sequence/graph"
import { gru4recNetwork } from "../models/sequence/gru4rec-network"
import { sasrecNetwork } from "../models/sequence/sasrec-network"
import { trainingGraph } from "../models/sequence/training-graph"
import { gru4rec } from "../models/gru4rec"
import { sasrec } from "../models/sasrec"
import { plantedData } from "./model.contract"
import { fitContext } from "./training-fixture"

const SHAPE = { batch: 3, length: 4, candidates: 13, dimensions: 8 }

/** Both networks at a small size; 13 candidates, so that nothing is a round number of lanes. */
const NETWORKS = {
  sasrec: sasrecNetwork({ dimensions: 8, blocks: 2, heads: 2, maxLength: 5 }),
  gru4rec: gru4recNetwork({ dimensions: 8 }),
}

type Values = Record<string, Float32Array | Int32Array>

/** Values for all inputs of a training graph; every row number is used, padding and dropout occur. */
export function randomFeeds({ nodes }: Graph, seed = 5): Values {
  const random = new Random(seed)
  const feeds: Values = {}
  for (const { op, shape } of nodes) {
    if (op.kind !== "input") continue
    const length = sizeOf(shape)
    if (op.integer) feeds[op.name] = Int32Array.from({ length }, () => random.int(SHAPE.candidates))
    else if (op.name === "weight")
      feeds[op.name] = Float32Array.from({ length }, (_, i) => (i % 4 === 3 ? 0 : 0.1))
    else if (op.name.startsWith("dropout"))
      feeds[op.name] = Float32Array.from({ length }, () => (random.next() < 0.2 ? 0 : 1.25))
    else feeds[op.name] = Float32Array.from({ length }, () => 0.5 * random.normal())
  }
  return feeds
}

/** What everything that trains must do: the same as the built-in trainer, up to rounding. */
export function trainerContract(name: string, open: () => Promise<Trainer>): void {
  describe(`Trainer: ${name}`, () => {
    let trainer: Trainer
    beforeAll(async () => {
      trainer = await open()
    })

    it.each(Object.entries(NETWORKS))("computes loss and gradients of %s", async (_, network) => {
      const { graph } = trainingGraph(network, SHAPE, 4)
      const feeds = randomFeeds(graph)
      const program = await trainer.compile(graph)
      const expected = await (await portableTrainer.compile(graph)).run(feeds)
      expectClose(await program.run(feeds), expected)
      // Again with other numbers: nothing is left over from the run before.
      const others = randomFeeds(graph, 6)
      expectClose(await program.run(others), await (await portableTrainer.compile(graph)).run(others))
      program.close()
    })

    it("knows every operation", async () => {
      const graph = everyOperation()
      const feeds = randomFeeds(graph)
      const program = await trainer.compile(graph)
      expectClose(await program.run(feeds), await (await portableTrainer.compile(graph)).run(feeds))
      program.close()
    })

    it("agrees with differences of the loss", async () => {
      const { graph } = trainingGraph(NETWORKS.gru4rec, SHAPE, 4)
      const feeds = randomFeeds(graph)
      await expectDifferences(await trainer.compile(graph), feeds, ["items", "weight:state"])
    })

    it.each([sasrec, gru4rec])(
      "trains $name to the same weights from the same seed, and to recommend",
      async ({ create }) => {
        const options = { minSequences: 1, dimensions: 8, epochs: 2, learningRate: 0.02, maxLength: 4 }
        const fitted = async () => {
          const model = create(options)
          await model.fit(plantedData(), fitContext({ trainer: async () => trainer }))
          return model
        }
        const model = await fitted()
        expect(model.recommend({ session: ["item5", "anchor"] }, 1)[0].id).toBe("signal")
        expect((await fitted()).save()).toEqual(model.save())
      }
    )
  })
}

function expectClose(actual: Record<string, Float32Array>, expected: Record<string, Float32Array>): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort())
  for (const [name, values] of Object.entries(expected)) {
    const scale = values.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-3)
    expect(actual[name].length).toBe(values.length)
    const worst = values.reduce((max, value, i) => Math.max(max, Math.abs(value - actual[name][i])), 0)
    expect({ name, close: worst <= 1e-4 * scale, worst }).toMatchObject({ name, close: true })
  }
}

/** Compares gradients with (loss(x + h) − loss(x − h)) / 2h at some places of the inputs. */
export async function expectDifferences(program: Program, feeds: Values, inputs: string[]): Promise<void> {
  const analytic = await program.run(feeds)
  const h = 5e-4
  for (const input of inputs) {
    const gradient = analytic[`gradient:${input.replace("weight:", "")}`].slice()
    const lossWith = async (at: number, change: number) => {
      const values = (feeds[input] as Float32Array).slice()
      values[at] += change
      return (await program.run({ ...feeds, [input]: values })).loss[0]
    }
    const step = Math.ceil(gradient.length / 12)
    for (let at = 0; at < gradient.length; at += step) {
      const difference = ((await lossWith(at, h)) - (await lossWith(at, -h))) / (2 * h)
      expect(Math.abs(difference - gradient[at])).toBeLessThan(2e-3 + 0.02 * Math.abs(difference))
    }
  }
}

/** A graph that uses each operation, also those that the two networks do not need in both directions. */
function everyOperation(): Graph {
  const g = new GraphBuilder()
  const x = g.input("x", [4, 6])
  const y = g.input("y", [4, 6])
  const row = g.input("row", [6])
  const column = g.input("column", [4, 1])
  const rows = g.indices("rows", [5])
  const positive = g.linear(g.mul(x, x), 1, 0.5)
  const cube = g.reshape(x, [2, 2, 6])
  const outputs: Record<string, Node> = {
    add: g.add(x, row),
    sub: g.sub(x, column),
    mul: g.mul(x, y),
    div: g.div(y, positive),
    tanh: g.tanh(x),
    sigmoid: g.sigmoid(x),
    relu: g.relu(x),
    step: g.step(x),
    sqrt: g.sqrt(positive),
    log: g.log(positive),
    linear: g.linear(x, -2, 3),
    product: g.matmul(x, y, { transposeB: true }),
    transposed: g.matmul(x, y, { transposeA: true }),
    batch: g.matmul(cube, g.reshape(y, [2, 2, 6]), { transposeA: true }),
    batchTransposed: g.matmul(cube, g.reshape(y, [2, 2, 6]), { transposeB: true }),
    scores: g.scores(x, y, g.slice(g.reshape(column, [4]), 0, 0, 4)),
    transpose: g.transpose(cube, [2, 0, 1]),
    slice: g.slice(x, 1, 2, 3),
    pad: g.pad(x, 0, 1, 7),
    concat: g.concat([x, y], 1),
    sum: g.sum(cube, [0, 2]),
    softmax: g.softmax(cube),
    constant: g.add(x, g.constant(Float32Array.of(1, 2, 3, 4, 5, 6), [6])),
    gather: g.gather(g.pad(x, 0, 0, 13), rows),
    scatter: g.scatter(g.slice(g.pad(x, 0, 0, 13), 0, 0, 5), rows, 13),
    pick: g.pick(g.pad(g.pad(x, 1, 0, 13), 0, 0, 5), rows),
  }
  const loss = g.sum(g.reshape(g.mul(outputs.div, y), [24]), [0])
  const [gradient] = gradients(g, loss, [x])
  return g.build({ ...outputs, gradient })
}

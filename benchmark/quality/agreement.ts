/**
 * Compares lists step by step with those that session-rec ships for its YooChoose sample
 * (`recoms_*_<reference>.csv.gz`: SessionId;Position;Recommendations;Scores).
 * npx tsx benchmark/quality/agreement.ts <folder> <reference> <model> '<json options>' [k]
 */
import { readdirSync } from "node:fs"
import { detectDataset } from "../../src/adapters/datasets"
import { linesOf } from "../../src/adapters/datasets/lines"
import { silentLogger, type Scored } from "../../src/services/lib"
import { toTrainingData } from "../../src/services/measurement"
import { MODELS } from "../../src/services/models"

/**
 * Do both lists hold the same score at every rank, each over its highest? Then they differ at most in which of
 * several items of one score they show, and in what order.
 */
function sameScores(ours: readonly Scored[], theirs: readonly Scored[]): boolean {
  return theirs.every(({ score }, rank) => {
    const own = ours[rank] ? ours[rank].score / ours[0].score : 0
    return Math.abs(own - score / theirs[0].score) <= 1e-6
  })
}

async function main([folder, reference, name, options, length = "20"]: string[]) {
  const k = Number(length)
  const { reader, files } = await detectDataset(folder)
  const data = await reader.read(folder, files)
  const definition = MODELS.find((model) => model.name === name)!
  const model = definition.create(JSON.parse(options))
  const context = { seed: 1, logger: silentLogger, progress() {}, checkCancelled() {} }
  await model.fit(toTrainingData(data.sessions, []), context)
  const sessions = new Map(data.testSessions!.map((session) => [session.id, session.items]))
  const file = readdirSync(folder).find((found) => found.includes(`_${reference}.csv`))!
  let [steps, first, sameOrder, sameSet, upToTies, shared, places] = [0, 0, 0, 0, 0, 0, 0]
  for await (const line of linesOf(folder, file)) {
    const [session, position, ids, scores] = line.split(";")
    if (session === "SessionId") continue
    const values = scores.split(",").map(Number)
    // The shipped lists go on with items that score 0; only what the method found can be compared.
    const all = ids.split(",").map((id, i) => ({ id, score: values[i] }))
    const theirs = all.filter(({ score }) => score > 0)
    const seen = sessions.get(session)!.slice(0, Number(position) + 1)
    const ours = model.recommend({ session: seen }, k)
    const compared = Math.min(k, theirs.length)
    if (compared === 0) continue
    steps++
    const reference = theirs.slice(0, compared).map(({ id }) => id)
    const found = ours.slice(0, compared).map(({ id }) => id)
    if (found[0] === reference[0]) first++
    const common = found.filter((id) => reference.includes(id)).length
    shared += common
    places += compared
    if (common === compared) sameSet++
    if (found.join() === reference.join()) sameOrder++
    if (sameScores(ours, theirs.slice(0, compared))) upToTies++
  }
  const share = (count: number, of = steps) => `${((100 * count) / of).toFixed(1)} %`
  process.stdout.write(
    `${name} against ${reference}, top ${k}, ${steps} steps: same first item ${share(first)}, same items ${share(sameSet)}, ` +
      `same order ${share(sameOrder)}, same up to ties ${share(upToTies)}, items in common ${share(shared, places)}\n`
  )
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${String((error as Error).stack)}\n`)
  process.exitCode = 1
})

#!/usr/bin/env node
import { Command } from "commander"
import { registerConsume } from "./consume"
import { registerDeadLetters } from "./dead-letters"
import { registerEvaluate } from "./evaluate"
import { registerImport } from "./import"
import { registerModels } from "./models"
import { registerServe } from "./serve"
import { registerTrain } from "./train"

const program = new Command("medusa-personalization")
  .description("Recommendations for Medusa stores: import history, train, evaluate, serve, consume")
  .showHelpAfterError()

registerImport(program)
registerTrain(program)
registerModels(program)
registerEvaluate(program)
registerServe(program)
registerConsume(program)
registerDeadLetters(program)

program.parseAsync().catch((error: Error) => {
  console.error(`error: ${error.message}`)
  process.exitCode = 1
})

/**
 * Compiles this repository as a store, with its admin, into the folder given: what `medusa build` does, except that
 * the output lies where the caller wants it and `.medusa` stays free for the package's own build.
 */
import path from "node:path"
import { Compiler } from "@medusajs/framework/build-tools"
import { logger } from "@medusajs/framework/logger"
import { initializeContainer } from "@medusajs/medusa/loaders/index"

const [directory, output] = process.argv.slice(2).map((folder) => path.resolve(folder))

await initializeContainer(directory, { skipDbConnection: true, throwOnValidationError: false })
const compiler = new Compiler(directory, logger)
const tsConfig = await compiler.loadTSConfigFile()
if (!tsConfig) process.exit(1)
tsConfig.options.outDir = output
const backend = await compiler.buildAppBackend(tsConfig)
const frontend = await compiler.buildAppFrontend(false, tsConfig, await import("@medusajs/admin-bundler"))
process.exit(backend && frontend ? 0 : 1)

import { Module } from "@medusajs/framework/utils"
import { generateMigration, revertMigration, runMigrations } from "./migrations"
import PersonalizationModuleService from "./service"

export const PERSONALIZATION_MODULE = "personalization"

// All three migration functions must be there: when one is missing, Medusa adds MikroORM's own.
export default {
  ...Module(PERSONALIZATION_MODULE, { service: PersonalizationModuleService }),
  runMigrations,
  revertMigration,
  generateMigration,
}

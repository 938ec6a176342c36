export { syncCatalogueWorkflow, type SyncCatalogueInput } from "./catalogue/sync-catalogue"

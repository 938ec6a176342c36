import type { SubscriberArgs, SubscriberConfig } from "@medusajs/framework"
import { STARTED_EVENT } from "../modules/personalization/service"
import { syncCatalogueWorkflow } from "../workflows"

/** The store may have changed while this plugin was away, or may have just installed it. */
export default async function started({ container }: SubscriberArgs<object>): Promise<void> {
  await syncCatalogueWorkflow(container).run({ input: {} })
}

export const config: SubscriberConfig = { event: STARTED_EVENT }

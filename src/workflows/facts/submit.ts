import type { MedusaContainer, RemoteQueryFunction } from "@medusajs/framework/types"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"
import type PersonalizationModuleService from "../../modules/personalization/service"
import type { Fact } from "../../services/events"

/**
 * Reads a fact out of the store and hands it to the event log. A failure is thrown, so that an event bus
 * with retries (Redis) delivers the event again; the fact's id makes the second delivery harmless. A
 * fact that is refused would be refused again: it is only logged, and counted in `events_rejected_total`.
 */
export async function submitFact(
  container: MedusaContainer,
  read: (query: RemoteQueryFunction) => Promise<Fact | undefined>
): Promise<void> {
  const fact = await read(container.resolve<RemoteQueryFunction>(ContainerRegistrationKeys.QUERY))
  if (!fact) return
  const personalization = container.resolve<PersonalizationModuleService>("personalization")
  const { rejected } = await personalization.engine.ingest.submitFacts([fact])
  const logger = container.resolve(ContainerRegistrationKeys.LOGGER)
  for (const { code, message } of rejected)
    logger.debug(`Personalization: a ${fact.type} of the shop was not kept (${code}): ${message}`)
}

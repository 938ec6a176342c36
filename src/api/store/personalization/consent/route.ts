import { route } from "../../../_lib/edge"
import { readConsent, recordConsent } from "../../../_lib/shoppers"

export const GET = route(readConsent)
export const POST = route(recordConsent)

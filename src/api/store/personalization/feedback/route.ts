import { route } from "../../../_lib/edge"
import { giveFeedback } from "../../../_lib/shoppers"

export const POST = route(giveFeedback)

import { route } from "../../../_lib/edge"
import { takeEvents } from "../../../_lib/shoppers"

export const POST = route(takeEvents)

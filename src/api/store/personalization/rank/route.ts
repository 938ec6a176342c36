import { route } from "../../../_lib/edge"
import { rank } from "../../../_lib/recommendations"

export const POST = route(rank)

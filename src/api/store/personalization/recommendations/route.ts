import { route } from "../../../_lib/edge"
import { recommendOne, recommendPage } from "../../../_lib/recommendations"

export const GET = route(recommendOne)
export const POST = route(recommendPage)

import { route } from "../../_lib/edge"
import { collect } from "../../_lib/shoppers"

export const POST = route(collect)

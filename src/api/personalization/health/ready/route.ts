import { route } from "../../../_lib/edge"
import { ready } from "../../../_lib/operations"

export const GET = route(ready)

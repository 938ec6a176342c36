import { route } from "../../../_lib/edge"
import { live } from "../../../_lib/operations"

export const GET = route(async () => live)

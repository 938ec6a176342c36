import type { MedusaResponse } from "@medusajs/framework/http"
import { parse } from "../../../../services/lib"
import { edge } from "../../../_lib/edge"
import { serviceOf } from "../../../_lib/service"
import { shapeRun } from "../_lib/shape"
import { nothingSchema } from "../_lib/validators"
import type { TrainingCancelledResponse, TrainingResponse, TrainingStartedResponse } from "../types"

/** Training runs of this process, newest first. */
export const GET = edge(async (req, res: MedusaResponse<TrainingResponse>) => {
  parse(nothingSchema, req.query)
  res.json({ runs: (await serviceOf(req).runs()).map(shapeRun) })
})

/** Starts a training run and answers at once; 409 while one is going on. */
export const POST = edge(async (req, res: MedusaResponse<TrainingStartedResponse>) => {
  parse(nothingSchema, req.body ?? {})
  res.status(202).json({ run: shapeRun(await serviceOf(req).startTraining()) })
})

/** Asks the run of this process to end; it does so within seconds, and the live version stays as it is. */
export const DELETE = edge(async (req, res: MedusaResponse<TrainingCancelledResponse>) => {
  parse(nothingSchema, req.query)
  res.json({ cancelled: serviceOf(req).cancelTraining() })
})

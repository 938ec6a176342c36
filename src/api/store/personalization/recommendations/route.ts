import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { parse } from "../../../../services/lib"
import { recommendationBodySchema, recommendationQuerySchema } from "../../../../services/serving"
import { edge } from "../../../_lib/edge"
import { answerWith, requestsFor } from "../../../_lib/recommendations"
import { serviceOf } from "../../../_lib/service"

/** One list. */
export const GET = edge(async (req: MedusaRequest, res: MedusaResponse) => {
  const { engine } = serviceOf(req)
  const query = parse(recommendationQuerySchema(engine.options.serving.maxLimit), req.query)
  const { requests, page } = await requestsFor(req, { ...query, placements: [query] })
  const [recommendation] = await answerWith(req, [await engine.recommender.recommend(requests[0])], page)
  res.json(recommendation)
})

/** The lists of one page, without the same product twice. */
export const POST = edge(async (req: MedusaRequest, res: MedusaResponse) => {
  const { engine } = serviceOf(req)
  const body = parse(recommendationBodySchema(engine.options.serving.maxLimit), req.body)
  const { requests, page } = await requestsFor(req, body)
  const lists = await engine.recommender.recommendPage(requests)
  res.json({ recommendations: await answerWith(req, lists, page) })
})

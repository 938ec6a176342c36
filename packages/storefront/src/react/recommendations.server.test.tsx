import { renderToString } from "react-dom/server"
import { createClient } from "../client"
import { ConsentBanner, Recommendations, RecommendationsProvider } from "."

it("renders on a server: the list that was fetched there, placeholders for the rest, and no question", () => {
  const client = createClient({ baseUrl: "http://shop.test", publishableKey: "pk_1" })
  const item = { product_id: "p1", score: 1, reason: { code: "trending", text: "Popular right now" } }
  const list = { request_id: "r1", placement: "home", title: "For you", items: [item] }
  const html = renderToString(
    <RecommendationsProvider client={client}>
      <Recommendations placement="home" initialData={list} />
      <Recommendations placement="trending" limit={3} />
      <ConsentBanner />
    </RecommendationsProvider>
  )
  expect(html).toContain("Popular right now")
  expect(html.match(/mp-recs__item--loading/g)).toHaveLength(3)
  expect(html).not.toContain("mp-consent")
})

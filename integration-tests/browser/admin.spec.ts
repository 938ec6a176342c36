import type { Page } from "playwright-core"
import { describeWith, launch, newShopper, screenshot } from "./chromium"

const NEEDED = ["PERSONALIZATION_STORE_URL", "PERSONALIZATION_ADMIN_EMAIL", "PERSONALIZATION_ADMIN_PASSWORD"]
const REMEDY = "run `npm start` and set them to what it prints, or run `npm test`"

/** No placeholder is left. */
const loaded = (page: Page) =>
  page.waitForFunction(() => document.querySelectorAll('main [class*="animate-pulse"]').length === 0)

describeWith(NEEDED, REMEDY, "the admin in a browser", () => {
  const store = process.env.PERSONALIZATION_STORE_URL!

  it("shows the state of personalization, and what goes with a product", async () => {
    const browser = await launch()
    try {
      const { page, complaints } = await newShopper(browser, { width: 1440, height: 1800 })
      await page.goto(`${store}/app/login`)
      await page.locator('input[name="email"]').fill(process.env.PERSONALIZATION_ADMIN_EMAIL!)
      await page.locator('input[name="password"]').fill(process.env.PERSONALIZATION_ADMIN_PASSWORD!)
      await page.locator('button[type="submit"]').click()
      await page.waitForURL((url) => !url.pathname.endsWith("/login"))
      // The dashboard asks who is logged in before it knows, and is told 401: not a complaint of ours.
      complaints.length = 0

      await page.goto(`${store}/app/personalization`)
      await page.getByRole("heading", { name: "Personalization" }).first().waitFor()
      await page.getByRole("button", { name: "Train now" }).waitFor()
      // The demo comes with a trained model, so its measures are there once the page has its data.
      await page.getByText("MRR").first().waitFor()
      await loaded(page)
      await screenshot(page, "admin-personalization")

      const products = await page.request.get(`${store}/admin/products?limit=1&fields=id`)
      const {
        products: [product],
      } = (await products.json()) as { products: { id: string }[] }
      await page.goto(`${store}/app/products/${product!.id}`)
      const widget = page.getByRole("heading", { name: "Recommended with" })
      await widget.waitFor()
      await loaded(page)
      await widget.scrollIntoViewIfNeeded()
      await screenshot(page, "admin-product")
      expect(complaints).toEqual([])
    } finally {
      await browser.close()
    }
  }, 180_000)
})

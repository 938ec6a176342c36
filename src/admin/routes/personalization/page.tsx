import { defineRouteConfig } from "@medusajs/admin-sdk"
import { Sparkles } from "@medusajs/icons"
import { OverviewPage } from "../../components/overview/overview-page"
import { Title } from "../../components/title"

const PersonalizationPage = () => <OverviewPage />

export const config = defineRouteConfig({
  label: "title",
  translationNs: "personalization",
  icon: Sparkles,
})

export const handle = { breadcrumb: () => <Title /> }

export default PersonalizationPage

import { defineWidgetConfig } from "@medusajs/admin-sdk"
import { RecommendedWith } from "../components/recommended-with"

interface ProductWidgetProps {
  /** The product whose page this is. */
  data: { id: string }
}

const RecommendedWithWidget = ({ data }: ProductWidgetProps) => <RecommendedWith productId={data.id} />

export const config = defineWidgetConfig({
  zone: "product.details.side.after",
  id: "medusa-plugin-personalization:recommended-with",
})

export default RecommendedWithWidget

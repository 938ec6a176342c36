import "@medusa-personalization/storefront/styles.css"
import "./styles.css"
import { StrictMode } from "react"
import { createRoot } from "react-dom/client"
import { App } from "./app"
import { loadConfig } from "./config"
import { openShop } from "./shop/open-shop"

const root = createRoot(document.getElementById("root")!)

try {
  const shop = await openShop(await loadConfig())
  root.render(
    <StrictMode>
      <App shop={shop} />
    </StrictMode>
  )
} catch (error) {
  root.render(
    <main className="page notice" role="alert">
      <h1>The shop cannot open</h1>
      <p>{error instanceof Error ? error.message : String(error)}</p>
      <button className="button" onClick={() => location.reload()}>
        Try again
      </button>
    </main>
  )
}

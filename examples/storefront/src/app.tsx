import { ConsentBanner } from "@medusa-personalization/storefront/react"
import { useEffect, useState } from "react"
import { BrowserRouter, Link, Route, Routes, useLocation } from "react-router-dom"
import { Header } from "./components/header"
import { AccountPage } from "./pages/account"
import { CartPage } from "./pages/cart"
import { CheckoutPage } from "./pages/checkout"
import { HomePage } from "./pages/home"
import { ListingPage } from "./pages/listing"
import { OrderPage } from "./pages/order"
import { ProductPage } from "./pages/product"
import { ShopProvider } from "./shop/context"
import type { Shop } from "./shop/open-shop"

export function App({ shop }: { shop: Shop }) {
  const [asking, setAsking] = useState(false)
  return (
    <BrowserRouter>
      <ShopProvider shop={shop}>
        <ScrollToTop />
        <a className="skip" href="#content">
          Skip to content
        </a>
        <Header />
        <Routes>
          <Route path="/" element={<HomePage />} />
          <Route path="/products" element={<ListingPage />} />
          <Route path="/products/:handle" element={<ProductPage />} />
          <Route path="/cart" element={<CartPage />} />
          <Route path="/checkout" element={<CheckoutPage />} />
          <Route path="/account" element={<AccountPage />} />
          <Route path="/orders/:id" element={<OrderPage />} />
          <Route path="*" element={<NotFound />} />
        </Routes>
        <footer className="footer">
          <p>A demo shop of medusa-plugin-personalization. Nothing here is for sale.</p>
          <button className="link" onClick={() => setAsking(true)}>
            Privacy settings
          </button>
        </footer>
        <ConsentBanner open={asking} onClose={() => setAsking(false)} />
      </ShopProvider>
    </BrowserRouter>
  )
}

function NotFound() {
  return (
    <main className="page notice" id="content">
      <h1>Nothing here</h1>
      <p>
        This page does not exist. <Link to="/products">See all products</Link>
      </p>
    </main>
  )
}

function ScrollToTop() {
  const { pathname } = useLocation()
  useEffect(() => {
    window.scrollTo(0, 0)
  }, [pathname])
  return null
}

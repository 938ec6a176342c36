import { useTrack } from "@medusa-personalization/storefront/react"
import { useEffect, useState, type FormEvent } from "react"
import { Link, NavLink, useNavigate, useSearchParams } from "react-router-dom"
import { useShop } from "../shop/context"

export function Header() {
  const { cart, customer, categories } = useShop()
  const [search] = useSearchParams()
  const [query, setQuery] = useState(search.get("q") ?? "")
  const navigate = useNavigate()
  const track = useTrack()
  const pieces = cart?.items?.reduce((sum, { quantity }) => sum + quantity, 0) ?? 0
  const category = search.get("category")

  useEffect(() => setQuery(search.get("q") ?? ""), [search])

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const words = query.trim()
    if (words) track.search({ properties: { query: words } })
    navigate(words ? `/products?q=${encodeURIComponent(words)}` : "/products")
  }
  return (
    <header className="header">
      <div className="header__row">
        <Link className="brand" to="/">
          Fieldnotes
        </Link>
        <form className="search" role="search" onSubmit={submit}>
          <input
            aria-label="Search products"
            placeholder="Search products"
            type="search"
            value={query}
            onChange={({ target }) => setQuery(target.value)}
          />
          <button type="submit">Search</button>
        </form>
        <nav className="header__links" aria-label="Your shop">
          <NavLink to="/account">{customer ? (customer.first_name ?? "Account") : "Log in"}</NavLink>
          <NavLink to="/cart" className="cart-link">
            Cart <span className="count">{pieces}</span>
          </NavLink>
        </nav>
      </div>
      <nav className="categories" aria-label="Categories">
        <NavLink end to="/products" className={({ isActive }) => (isActive && !category ? "active" : "")}>
          All
        </NavLink>
        {categories.map(({ id, name, handle }) => (
          <Link
            key={id}
            to={`/products?category=${handle}`}
            aria-current={handle === category ? "page" : undefined}
          >
            {name}
          </Link>
        ))}
      </nav>
    </header>
  )
}

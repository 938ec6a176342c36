import { Link } from "react-router-dom"
import { RecommendedRow } from "../components/recommended-row"
import { useShop } from "../shop/context"

export function HomePage() {
  const { categories, customer } = useShop()
  return (
    <main className="page" id="content" data-mp-page="home">
      <section className="hero">
        <h1>
          {customer?.first_name ? `Good to see you, ${customer.first_name}` : "Things worth a second look"}
        </h1>
        <p>Look at a few products and come back: the rows below follow what you do, within a second.</p>
        <Link className="button" to="/products">
          See all products
        </Link>
      </section>
      <RecommendedRow placement="home-for-you" />
      <section className="tiles" aria-label="Departments">
        {categories.map(({ id, name, handle }) => (
          <Link key={id} className="tile" to={`/products?category=${handle}`}>
            {name}
          </Link>
        ))}
      </section>
      <RecommendedRow placement="trending" />
      <RecommendedRow
        placement="recently-viewed"
        title="Recently viewed"
        strict
        empty={
          <p className="muted">Products that you look at will be here, if you allow us to remember them.</p>
        }
      />
    </main>
  )
}

import { useState, type FormEvent } from "react"
import { RecommendedRow } from "../components/recommended-row"
import { useShop } from "../shop/context"

export function AccountPage() {
  const { customer, logout } = useShop()
  return (
    <main className="page" id="content" data-mp-page="account">
      {customer ? (
        <section>
          <h1>Hello, {customer.first_name ?? customer.email}</h1>
          <p>You are logged in as {customer.email}. What you looked at before is part of your account now.</p>
          <button className="button" onClick={() => void logout()}>
            Log out
          </button>
        </section>
      ) : (
        <Login />
      )}
      <RecommendedRow placement="recently-viewed" strict />
      <RecommendedRow placement="home-for-you" />
    </main>
  )
}

function Login() {
  const { login, register } = useShop()
  const [isNew, setNew] = useState(false)
  const [error, setError] = useState<string>()
  const [busy, setBusy] = useState(false)

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>
    const { email = "", password = "", first_name = "", last_name = "" } = form
    setBusy(true)
    setError(undefined)
    const entering = isNew ? register(email, password, { first_name, last_name }) : login(email, password)
    entering
      .catch((failure: unknown) => setError(failure instanceof Error ? failure.message : String(failure)))
      .finally(() => setBusy(false))
  }
  return (
    <form className="form form--narrow" onSubmit={submit}>
      <h1 className="field--wide">{isNew ? "Create an account" : "Log in"}</h1>
      {isNew && (
        <>
          <label className="field">
            First name
            <input name="first_name" autoComplete="given-name" required />
          </label>
          <label className="field">
            Last name
            <input name="last_name" autoComplete="family-name" required />
          </label>
        </>
      )}
      <label className="field field--wide">
        E-mail
        <input name="email" type="email" autoComplete="email" required />
      </label>
      <label className="field field--wide">
        Password
        <input
          name="password"
          type="password"
          autoComplete={isNew ? "new-password" : "current-password"}
          minLength={8}
          required
        />
      </label>
      <button className="button" disabled={busy}>
        {isNew ? "Create account" : "Log in"}
      </button>
      <button type="button" className="link" onClick={() => setNew(!isNew)}>
        {isNew ? "I have an account" : "I am new here"}
      </button>
      {error && (
        <p className="field--wide" role="alert">
          {error}
        </p>
      )}
    </form>
  )
}

import { verify } from "jsonwebtoken"

/** What jsonwebtoken takes by default for a secret; named here so that no token can choose another. */
const ALGORITHMS = ["HS256" as const, "HS384" as const, "HS512" as const]

/**
 * The customer of a bearer token that Medusa has signed with `secret`. A token that is absent, wrong, expired or of
 * another kind of actor makes the caller anonymous, as on Medusa's own store routes.
 */
export function customerOf(
  authorization: string | undefined,
  secret: string | undefined
): string | undefined {
  const token = secret && /^bearer\s+(\S+)/i.exec(authorization ?? "")?.[1]
  if (!token) return undefined
  try {
    const claims = verify(token, secret, { algorithms: ALGORITHMS, ignoreExpiration: false })
    if (typeof claims === "string" || claims.actor_type !== "customer") return undefined
    return typeof claims.actor_id === "string" && claims.actor_id !== "" ? claims.actor_id : undefined
  } catch {
    return undefined
  }
}

import type { MedusaContainer } from "@medusajs/framework/types"
import { Modules } from "@medusajs/framework/utils"
import { createCustomerAccountWorkflow, createUserAccountWorkflow } from "@medusajs/medusa/core-flows"

export interface Login {
  email: string
  password: string
}

/** One login for the admin, one for the shop. */
export async function seedPeople(
  container: MedusaContainer,
  admin: Login,
  shopper: Login
): Promise<{ customerId: string }> {
  await createUserAccountWorkflow(container).run({
    input: {
      authIdentityId: await register(container, admin),
      userData: { email: admin.email, first_name: "Demo", last_name: "Admin" },
    },
  })
  const customer = await createCustomerAccountWorkflow(container).run({
    input: {
      authIdentityId: await register(container, shopper),
      customerData: { email: shopper.email, first_name: "Robin", last_name: "Demo" },
    },
  })
  return { customerId: customer.result.id }
}

async function register(container: MedusaContainer, login: Login): Promise<string> {
  const auth = container.resolve(Modules.AUTH)
  const { authIdentity, error } = await auth.register("emailpass", { body: { ...login } })
  if (!authIdentity) throw new Error(`no login could be made for ${login.email}: ${error}`)
  return authIdentity.id
}

const { realpathSync } = require("node:fs")
const { Modules } = require("@medusajs/framework/utils")
const { WorkflowManager } = require("@medusajs/framework/orchestration")

const PLUGIN = "medusa-plugin-personalization"

/** What only the running server knows: where the plugin was loaded from, which jobs and which listeners it brought. */
exports.GET = async (req, res) => {
  const jobs = [...WorkflowManager.getWorkflows().values()]
    .filter((workflow) => workflow.options?.schedule && workflow.id.startsWith("job-personalization"))
    .map((workflow) => ({ id: workflow.id, cron: workflow.options.schedule.cron }))
  const loadedFrom = Object.keys(require.cache).filter((file) =>
    file.includes(`${PLUGIN}/.medusa/server/src/modules/`)
  )
  res.json({ jobs, plugin: realpathSync(require.resolve(`${PLUGIN}/package.json`)), loadedFrom })
}

/** Makes an administrator as `medusa user` does, without another boot. */
exports.POST = async (req, res) => {
  const { email, password } = req.body
  const { result: users } = await req.scope
    .resolve(Modules.WORKFLOW_ENGINE)
    .run("create-users-workflow", { input: { users: [{ email, roles: [] }] } })
  const auth = req.scope.resolve(Modules.AUTH)
  const { authIdentity, error } = await auth.register("emailpass", { body: { email, password } })
  if (error) throw new Error(error)
  await auth.updateAuthIdentities({ id: authIdentity.id, app_metadata: { user_id: users[0].id } })
  res.json({ id: users[0].id })
}

const { defineConfig, loadEnv } = require("@medusajs/framework/utils")

loadEnv(process.env.NODE_ENV || "development", process.cwd())

const storefront = "http://localhost:8000"
const admin = "http://localhost:9000"

/** This repository as a store of its own, for `npm start` and the tests. A store that installs the plugin ignores it. */
module.exports = defineConfig({
  projectConfig: {
    databaseUrl: process.env.DATABASE_URL,
    redisUrl: process.env.REDIS_URL,
    workerMode: process.env.MEDUSA_WORKER_MODE || "shared",
    http: {
      storeCors: process.env.STORE_CORS || storefront,
      adminCors: process.env.ADMIN_CORS || admin,
      authCors: process.env.AUTH_CORS || `${storefront},${admin}`,
      jwtSecret: process.env.JWT_SECRET || "only-for-the-demo",
      cookieSecret: process.env.COOKIE_SECRET || "only-for-the-demo",
    },
    // The demo is served over plain http, where a Secure cookie would never come back.
    cookieOptions: { secure: false, sameSite: "lax" },
  },
  admin: { disable: process.env.DISABLE_MEDUSA_ADMIN === "true" },
  modules: [
    {
      resolve: "./src/modules/personalization",
      options: JSON.parse(process.env.PERSONALIZATION_OPTIONS || "{}"),
    },
  ],
})

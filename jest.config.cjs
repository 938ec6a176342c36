/**
 * Five kinds of tests: `unit` beside the code, `services` on real Redis and Kafka (scripts/test-services.mjs brings them),
 * `http` on a real store, `browser` in Chromium against the running demo, `pack` from the published tarball in a fresh
 * store. Run them through scripts/jest.mjs, which brings the database.
 */
const transform = {
  "^.+\\.[cm]?[jt]sx?$": [
    "@swc/jest",
    {
      jsc: {
        parser: { syntax: "typescript", tsx: true, decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true, react: { runtime: "automatic" } },
        target: "es2022",
      },
    },
  ],
}

const common = {
  transform,
  testEnvironment: "node",
  testPathIgnorePatterns: ["/node_modules/", "/.medusa/", "/.demo/", "/dist/"],
  modulePathIgnorePatterns: ["<rootDir>/.medusa/", "<rootDir>/.demo/"],
}

const project = (displayName, testMatch, ignore = []) => ({
  ...common,
  displayName,
  testMatch: testMatch.map((pattern) => `<rootDir>/${pattern}`),
  testPathIgnorePatterns: [...common.testPathIgnorePatterns, ...ignore],
})

module.exports = {
  projects: [
    project(
      "unit",
      ["{src,packages,scripts,benchmark,examples}/**/*.test.{ts,tsx}"],
      ["\\.services\\.test\\.ts$"]
    ),
    project("services", ["src/**/*.services.test.ts"]),
    project("http", ["integration-tests/http/**/*.spec.ts"]),
    project("browser", ["integration-tests/browser/**/*.spec.ts"]),
    project("pack", ["integration-tests/pack/**/*.spec.ts"]),
  ],
}

/** Three kinds of tests: `unit` beside the code, `http` on a real store, `browser` in Chromium. */
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
  testPathIgnorePatterns: ["/node_modules/", "/.medusa/", "/.demo/", "/dist/"],
  modulePathIgnorePatterns: ["<rootDir>/.medusa/", "<rootDir>/.demo/"],
}

module.exports = {
  projects: [
    {
      ...common,
      displayName: "unit",
      testEnvironment: "node",
      testMatch: [
        "<rootDir>/src/**/*.test.ts",
        "<rootDir>/packages/**/*.test.ts",
        "<rootDir>/packages/**/*.test.tsx",
        "<rootDir>/scripts/**/*.test.ts",
      ],
    },
    {
      ...common,
      displayName: "http",
      testEnvironment: "node",
      testMatch: ["<rootDir>/integration-tests/http/**/*.spec.ts"],
    },
    {
      ...common,
      displayName: "browser",
      testEnvironment: "node",
      testMatch: ["<rootDir>/integration-tests/browser/**/*.spec.ts"],
    },
  ],
}

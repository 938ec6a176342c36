import js from "@eslint/js"
import prettier from "eslint-config-prettier"
import globals from "globals"
import tseslint from "typescript-eslint"

const TESTS = [
  "**/__tests__/**",
  "**/*.test.{ts,tsx}",
  "**/*.spec.ts",
  "**/*.contract.ts",
  "src/services/testing/**",
  "integration-tests/**",
]

/** Rules that need type information are left to `tsc`: with them the check would take minutes. */
export default tseslint.config(
  {
    ignores: [
      "**/node_modules/",
      "**/.medusa/",
      "**/.demo*/",
      "**/dist/",
      "**/coverage/",
      "reports/",
      // AssemblyScript looks like TypeScript but has types and globals of its own; its compiler checks it.
      "assembly/",
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    languageOptions: { globals: globals.node },
    rules: {
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-constant-condition": ["error", { checkLoops: false }],
      "no-restricted-properties": [
        "error",
        {
          object: "Math",
          property: "random",
          message:
            "Take a seeded `Random` from src/services/lib, or node:crypto, so that runs can be repeated.",
        },
      ],
      "no-warning-comments": ["error", { terms: ["todo", "fixme", "xxx"], location: "start" }],
      "prefer-const": ["error", { destructuring: "all" }],
      "@typescript-eslint/consistent-type-imports": [
        "error",
        { prefer: "type-imports", fixStyle: "separate-type-imports", disallowTypeAnnotations: false },
      ],
      // Numeric loops over typed arrays need `!` under strict index checks of other tools; tsc judges the rest.
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_", caughtErrorsIgnorePattern: "^_" },
      ],
    },
  },
  {
    files: ["src/**"],
    ignores: ["src/cli/**", ...TESTS],
    rules: { "no-console": "error" },
  },
  {
    files: ["src/admin/**", "packages/storefront/**", "examples/**", "integration-tests/browser/**"],
    languageOptions: { globals: globals.browser },
  },
  {
    files: ["**/*.{js,cjs}"],
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
  {
    files: TESTS,
    languageOptions: { globals: globals.jest },
    rules: {
      "no-restricted-properties": "off",
      "@typescript-eslint/no-explicit-any": "off",
      "@typescript-eslint/no-empty-function": "off",
      // A test may load a module afresh, or one that only exists once it is built.
      "@typescript-eslint/no-require-imports": "off",
    },
  },
  prettier
)

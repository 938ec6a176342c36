/**
 * Declares tests that need a server of another kind: skipped where there is none, failed in CI.
 * @param variable names the environment variable that says where it is
 * @param howToGetIt ends the line that says why the tests are skipped
 * @param declare is given the variable's value
 */
export function describeWithService(
  name: string,
  variable: string,
  howToGetIt: string,
  declare: (address: string) => void
): void {
  const address = process.env[variable]
  if (address) {
    describe(name, () => declare(address))
    return
  }
  const missing = `${variable} is not set; ${howToGetIt}`
  if (process.env.CI === "true") {
    it(name, () => {
      throw new Error(missing)
    })
  } else it.skip(`${name}: ${missing}`, () => undefined)
}

const { TestEnvironment } = require("jest-environment-node")

/**
 * Jest gives every test file globals of its own; onnxruntime makes its results outside of it, and would then not know
 * the test's typed arrays as such.
 */
module.exports = class NativeArrays extends TestEnvironment {
  constructor(...args) {
    super(...args)
    Object.assign(this.global, { Float32Array, Int32Array, BigInt64Array, Uint8Array })
  }
}

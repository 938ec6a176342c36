export type TypedArray = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array

/** What a trained model saves: small JSON beside large typed arrays. */
export interface Artifact {
  meta: Record<string, unknown>
  arrays: Record<string, TypedArray>
}

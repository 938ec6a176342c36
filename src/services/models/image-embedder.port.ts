/** Turns pictures into vectors in which those that look alike lie near each other. */
export interface ImageEmbedder {
  /** Which vectors can be compared: those of one name only. */
  readonly name: string
  /**
   * @param picture an encoded picture (JPEG, PNG, WebP, …)
   * @throws Error when it cannot be read
   */
  embed(picture: Uint8Array): Promise<Float32Array>
}

/** Turns texts into vectors in which those of like meaning lie near each other, by a model trained elsewhere. */
export interface TextEmbedder {
  /** Which vectors can be compared: those of one name only. */
  readonly name: string
  /** Vectors in the order of the texts, all of one length. @throws Error when they cannot be had now */
  embed(texts: readonly string[]): Promise<Float32Array[]>
}

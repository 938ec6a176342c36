/** Where pictures of products come from. */
export interface PictureSource {
  /** @throws Error when the address may not be asked, or does not give a picture of a bearable size in time */
  fetch(url: string): Promise<Uint8Array>
}

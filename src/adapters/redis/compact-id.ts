const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** A UUID's 16 bytes in 22 characters instead of 36, for keys of which there are millions; other ids as they are. */
export const compactId = (id: string): string =>
  UUID.test(id) ? Buffer.from(id.replaceAll("-", ""), "hex").toString("base64url") : id

import { PersonalizationError } from "../../services/lib"
import type { Pixels } from "../../services/models"

/** The slice of sharp that is used. */
interface Sharp {
  flatten(options: { background: string }): Sharp
  rotate(): Sharp
  resize(
    width: number,
    height: number,
    options: { fit: "contain" | "cover"; background?: string; position?: string }
  ): Sharp
  toColourspace(space: "srgb"): Sharp
  removeAlpha(): Sharp
  raw(): Sharp
  toBuffer(): Promise<Buffer>
}
type SharpFactory = (picture: Uint8Array, options: { limitInputPixels: number; pages: number }) => Sharp

/** A picture with more pixels is not decoded: a small file can unfold into gigabytes. */
const MAX_PIXELS = 50_000_000

let loaded: SharpFactory | undefined

/** Native, so it is loaded when a picture is to be read, and never before. */
function load(): SharpFactory {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- see above
    return (loaded ??= require("sharp") as SharpFactory)
  } catch (cause) {
    throw new PersonalizationError(
      "missing_package",
      "Pictures are read by the package sharp, which does not load on this machine: run `npm install sharp`, " +
        'or set the option `content.images` to "off".',
      { cause }
    )
  }
}

/**
 * A picture of any usual format as width × height pixels, the right way up, on white where it is transparent.
 * @param fit contain: the whole picture, with white beside it; cover: its middle
 * @throws PersonalizationError `missing_package`; Error when it is no picture
 */
export async function decodePicture(
  picture: Uint8Array,
  width: number,
  height: number,
  fit: "contain" | "cover"
): Promise<Pixels> {
  const rgb = await load()(picture, { limitInputPixels: MAX_PIXELS, pages: 1 })
    .rotate()
    .flatten({ background: "#fff" })
    .resize(width, height, { fit, background: "#fff" })
    .toColourspace("srgb")
    .removeAlpha()
    .raw()
    .toBuffer()
  return { width, height, rgb }
}

import { describePicture, PICTURE_SIDE, type ImageEmbedder } from "../../services/models"
import { decodePicture } from "./decode"

export { decodePicture } from "./decode"

/** Form, colour and texture of pictures, without a trained network: some milliseconds a picture. */
export const sharpImageEmbedder: ImageEmbedder = {
  // The number changes with `describePicture`.
  name: "descriptor-1",
  embed: async (picture) =>
    describePicture(await decodePicture(picture, PICTURE_SIDE, PICTURE_SIDE, "contain")),
}

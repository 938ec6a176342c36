/** Draws the products' pictures into a folder: `tsx scripts/demo/pictures.ts <folder> <seed>`. */
import fs from "node:fs"
import path from "node:path"
import { drawPicture, generateProducts } from "../../packages/simulator/src"

const [folder, seed] = process.argv.slice(2)
fs.mkdirSync(folder, { recursive: true })
for (const product of generateProducts(Number(seed))) {
  fs.writeFileSync(path.join(folder, `${product.handle}.svg`), drawPicture(product))
}

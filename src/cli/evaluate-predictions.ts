import { mkdir, writeFile } from "node:fs/promises"
import { dirname, extname, resolve } from "node:path"
import type { Scored } from "../services/lib"

/** Collects the lists of every model, one line per example in file order, ids tab-separated. */
export class PredictionFiles {
  private readonly lines: Map<string, string[]>

  constructor(
    private readonly file: string,
    models: readonly string[]
  ) {
    this.lines = new Map(models.map((model) => [model, []]))
  }

  add(model: string, list: readonly Scored[]): void {
    this.lines.get(model)!.push(list.map(({ id }) => id).join("\t"))
  }

  /** The main model's lists go into the file itself, every model's into `<name>.<model><extension>`. */
  async write(main: string): Promise<string[]> {
    const extension = extname(this.file)
    const stem = this.file.slice(0, this.file.length - extension.length)
    await mkdir(dirname(resolve(this.file)), { recursive: true })
    const said: string[] = []
    for (const [model, lines] of this.lines) {
      const text = `${lines.join("\n")}\n`
      await writeFile(`${stem}.${model}${extension}`, text)
      if (model === main) await writeFile(this.file, text)
    }
    said.push(`Predictions of ${main}: ${this.file}; of each model: ${stem}.<model>${extension}`)
    return said
  }
}

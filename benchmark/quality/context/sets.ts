import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parse } from "csv-parse/sync"

/** One rating with the situation in which it was given. */
export interface Rating {
  user: string
  item: string
  rating: number
  /** `name=value` of what is known of the shopper, besides who it is. */
  about: readonly string[]
  /** `name=value` of what is known of the situation; empty when nothing is. */
  situation: readonly string[]
}

export interface RatingSet {
  name: string
  ratings: Rating[]
  /** `name=value` of what is known of an item. */
  itemAttributes: ReadonlyMap<string, readonly string[]>
}

type Row = Readonly<Record<string, string>>

interface Shape {
  name: string
  file: string
  delimiter: string
  user: string
  item: string
  rating: string
  about: readonly string[]
  itemAttributes: readonly string[]
  situation: readonly string[]
}

/** Three sets of the CARSKit collection (Zheng, Mobasher & Burke 2015), each in a folder of its own. */
const SHAPES: readonly Shape[] = [
  {
    name: "DePaulMovie",
    file: "Movie_DePaulMovie/ratings.txt",
    delimiter: ",",
    user: "userid",
    item: "itemid",
    rating: "rating",
    about: [],
    itemAttributes: [],
    situation: ["Time", "Location", "Companion"],
  },
  {
    name: "STS",
    file: "Travel_STS/Data_STS.csv",
    delimiter: "\t",
    user: "userID",
    item: "itemID",
    rating: "rating",
    about: ["gender"],
    itemAttributes: ["category1"],
    situation: [
      "distance",
      "timeAvailable",
      "temperature",
      "crowdedness",
      "knowledgeOfSurroundings",
      "season",
      "budget",
      "daytime",
      "weather",
      "companion",
      "mood",
      "weekday",
      "travelGoal",
      "transport",
    ],
  },
  {
    name: "TripAdvisor v2",
    file: "Travel_TripAdvisor_v2/Data_TripAdvisor_v2.csv",
    delimiter: ",",
    user: "UserID",
    item: "ItemID",
    rating: "Rating",
    about: ["UserState", "UserTimeZone"],
    itemAttributes: ["ItemCity", "ItemState", "ItemTimeZone"],
    situation: ["TripType"],
  },
]

const UNKNOWN = new Set(["", "NA", "NULL"])

const known = (row: Row, columns: readonly string[]): string[] =>
  columns.flatMap((name) => (UNKNOWN.has(row[name]) ? [] : [`${name}=${row[name]}`]))

/** @param folder that holds the three folders */
export function readRatingSets(folder: string): RatingSet[] {
  return SHAPES.map((shape) => {
    const text = readFileSync(join(folder, shape.file), "utf8")
    const rows = parse(text, {
      columns: true,
      delimiter: shape.delimiter,
      skip_empty_lines: true,
      bom: true,
    }) as Row[]
    const itemAttributes = new Map(
      rows.map((row) => [row[shape.item], known(row, shape.itemAttributes)] as const)
    )
    const ratings = rows.map((row) => ({
      user: row[shape.user],
      item: row[shape.item],
      rating: Number(row[shape.rating]),
      about: known(row, shape.about),
      situation: known(row, shape.situation),
    }))
    return { name: shape.name, ratings, itemAttributes }
  })
}

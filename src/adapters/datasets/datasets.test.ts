import { execFileSync } from "node:child_process"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { readItemRelations } from "./item-relations"
import { readLabelledProducts, readTar } from "./labelled-products"
import { detectDataset } from "./registry"

describe("data set readers", () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "data-"))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const write = (name: string, text: string) =>
    writeFile(join(folder, name), name.endsWith(".gz") ? gzipSync(text) : text)
  const read = async () => {
    const { reader, files } = await detectDataset(folder)
    return { shape: reader.shape, data: await reader.read(folder, files) }
  }

  it("reads session lines with spelled-out questions", async () => {
    await write("train_sessions.txt.gz", "1 2\n3 4 5\n")
    await write("test_prefix_target.tsv.gz", "1 2\t3\n1\t2\n7\t8\n")
    const { shape, data } = await read()
    expect(shape).toBe("session-lines")
    expect(data.sessions.map(({ items }) => items)).toEqual([
      ["1", "2"],
      ["3", "4", "5"],
    ])
    expect(data.testExamples).toEqual([
      { query: { session: ["1", "2"] }, targets: ["3"], unit: 1 },
      { query: { session: ["1"] }, targets: ["2"], unit: 1 },
      { query: { session: ["7"] }, targets: ["8"], unit: 2 },
    ])
  })

  it.each([
    ["train.txt", "test.txt"],
    ["clicks_train_full.tsv.gz", "clicks_test.tsv.gz"],
  ])("reads session events: %s", async (train, test) => {
    await write("README.md", "nothing of interest")
    await write(train, "SessionId\tItemId\tTime\ns1\tb\t20.5\ns1\ta\t10\ns2\tc\t5\nbroken\n")
    await write(test, "SessionId\tItemId\tTime\nt1\tx\t1\nt1\ty\t1\n")
    const { shape, data } = await read()
    expect(shape).toBe("session-events")
    expect(data.sessions).toEqual([
      { id: "s1", items: ["a", "b"], times: [10, 20.5], kind: "view" },
      { id: "s2", items: ["c"], times: [5], kind: "view" },
    ])
    expect(data.testSessions!.map(({ items }) => items)).toEqual([["x", "y"]])
    expect(data.notes.join()).toContain("1 lines")
  })

  it("reads purchases of users, those of one time as one order", async () => {
    await write(
      "train.tsv.gz",
      "user_id\titem_id\ttime\nu1\ta\t86400\nu1\tb\t86400\nu1\tc\t172800\nu2\ta\tx\n"
    )
    const { shape, data } = await read()
    expect(shape).toBe("user-events")
    expect(data.sessions).toEqual([
      { user: "u1", items: ["a", "b"], times: [86400, 86400], kind: "purchase" },
      { user: "u1", items: ["c"], times: [172800], kind: "purchase" },
    ])
  })

  it("reads what pages said was also bought and also viewed", async () => {
    await write(
      "item_meta.tsv",
      "item_id\ti_category\tr_complement\tr_substitute\n1\t7\t[2, 30]\t[4]\n2\t8\t[]\t[]\n"
    )
    expect([...(await readItemRelations(folder, "item_meta.tsv"))]).toEqual([
      ["1", { category: "7", alsoBought: ["2", "30"], alsoViewed: ["4"] }],
      ["2", { category: "8", alsoBought: [], alsoViewed: [] }],
    ])
  })

  it("reads products with their labels", async () => {
    await write("products.csv.gz", 'productid,brand,name\nA,"Best, Ltd",First\nB,,Second\nA,Best,Later\n')
    expect(await readLabelledProducts(folder, "products.csv.gz")).toEqual([
      { id: "A", title: "Later", labels: { productid: "A", brand: "Best", name: "Later" } },
      { id: "B", title: "Second", labels: { productid: "B", brand: "", name: "Second" } },
    ])
  })

  it("reads the files of a tar archive", async () => {
    await mkdir(join(folder, "pictures"))
    await writeFile(join(folder, "pictures", "1.jpg"), Buffer.alloc(700, 1))
    await writeFile(join(folder, "pictures", "2.jpg"), Buffer.from("two"))
    execFileSync("tar", ["cf", join(folder, "all.tar"), "-C", folder, "pictures"])
    const files = await readTar(join(folder, "all.tar"))
    expect([...files.keys()].sort()).toEqual(["1.jpg", "2.jpg"])
    expect(files.get("1.jpg")).toHaveLength(700)
    expect(Buffer.from(files.get("2.jpg")!).toString()).toBe("two")
  })

  it("reads one sequence per user", async () => {
    await write("sequences.txt.gz", "u1 a b c\nu2 d\n")
    const { shape, data } = await read()
    expect(shape).toBe("user-sequences")
    expect(data.sessions.map(({ user, items }) => [user, ...items])).toEqual([
      ["u1", "a", "b", "c"],
      ["u2", "d"],
    ])
  })

  it("reads order lines, tells by the header, leaves returns out and says how many", async () => {
    const lines = [
      "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country",
      '1,A,"LAMP, RED",2,2010-01-02 10:00:00,1.5,77,France',
      "1,B,CHAIR,1,2010-01-02 10:00:00,9,77,France",
      "C2,A,LAMP,-2,2010-01-03 10:00:00,1.5,77,France",
      "3,A,LAMP,1,2010-01-04 10:00:00,1.5,,France",
      "4,A,LAMP,1,no date,1.5,,France",
    ]
    await write("any name.csv.gz", lines.join("\n"))
    const { shape, data } = await read()
    expect(shape).toBe("order-lines")
    const at = Date.UTC(2010, 0, 2, 10) / 1000
    expect(data.sessions[0]).toEqual({
      user: "77",
      items: ["A", "B"],
      times: [at, at],
      kind: "purchase",
      country: "France",
    })
    expect(data.sessions[1].user).toBeUndefined()
    expect(data.products.map(({ id, title }) => [id, title])).toEqual([
      ["A", "LAMP"],
      ["B", "CHAIR"],
    ])
    expect(data.notes.join()).toContain("5 lines; 1 with a quantity of 0 or less (returns) and 1 unreadable")
    expect(data.notes.join()).toContain("2 orders of 1 customers")
  })

  it("says which shapes there are when it knows none of them", async () => {
    await write("other.csv", "a,b\n1,2\n")
    await expect(detectDataset(folder)).rejects.toMatchObject({
      message: expect.stringContaining("order-lines"),
    })
    await expect(detectDataset(join(folder, "none"))).rejects.toMatchObject({ code: "invalid_input" })
  })
})

import { MaxmindGeo } from "."
import { silentLogger } from "../../services/lib"

describe("MaxmindGeo", () => {
  it("lets lists go out without a place when the file can't be read, and says so once", async () => {
    const error = jest.fn()
    const geo = new MaxmindGeo("/no/such/file.mmdb", { ...silentLogger, error })
    expect(geo.place({ headers: {}, ip: "203.0.113.7" })).toBeUndefined()
    await geo.opened()
    expect(geo.place({ headers: {}, ip: "203.0.113.7" })).toBeUndefined()
    expect(error).toHaveBeenCalledTimes(1)
    expect(error.mock.calls[0][0]).toContain("context.geoFile")
  })
})

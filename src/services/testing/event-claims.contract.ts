import { newEventId, type EventClaims } from "../events"

/** What every EventClaims must do. */
export function eventClaimsContract(
  name: string,
  make: () => Promise<{ claims: EventClaims; close(): Promise<void> }>
): void {
  describe(`EventClaims: ${name}`, () => {
    let claims: EventClaims
    let close: () => Promise<void>
    beforeEach(async () => {
      ;({ claims, close } = await make())
    })
    afterEach(() => close())

    const of = (eventId: string, place: string) => ({ eventId, place })

    it("gives an event to the place that asks first, and to it again", async () => {
      const [a, b] = [newEventId(0), newEventId(0)]
      expect(await claims.claim([])).toEqual([])
      expect(await claims.claim([of(a, "0:1"), of(b, "0:2"), of(a, "0:3")])).toEqual([true, true, false])
      expect(await claims.claim([of(a, "0:1"), of(b, "1:2"), of(a, "0:3")])).toEqual([true, false, false])
    })

    it("gives an event to one of those who ask at once", async () => {
      const id = newEventId(0)
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) => claims.claim([of(id, `0:${i}`)]))
      )
      expect(answers.flat().filter(Boolean)).toHaveLength(1)
    })
  })
}

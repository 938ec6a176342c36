import { WEATHER_CONDITIONS } from "../events"
import { localTime } from "../lib"
import type { Device } from "./device"
import type { RequestContext } from "./request-context"

interface Encoder {
  name: string
  /** Finite, −1 to 1; 0 where it is not known. */
  of(context: RequestContext): number
}

/** A cycle as a point on the unit circle, so that 23:00 lies beside 0:00; the centre where it is not known. */
const cycle = (name: string, turn: (time: ReturnType<typeof localTime>) => number): Encoder[] => {
  const axis = (f: (angle: number) => number) => (context: RequestContext) =>
    context.tzOffset === undefined ? 0 : f(2 * Math.PI * turn(localTime(context.now, context.tzOffset)))
  return [
    { name: `${name}_cos`, of: axis(Math.cos) },
    { name: `${name}_sin`, of: axis(Math.sin) },
  ]
}

const RADIANS = Math.PI / 180

/** A place as a point on the unit sphere, so that what lies near lies near across the date line as well. */
const sphere = (name: string, axis: (latitude: number, longitude: number) => number): Encoder => ({
  name,
  of: ({ latitude, longitude }) =>
    latitude === undefined || longitude === undefined ? 0 : axis(latitude * RADIANS, longitude * RADIANS),
})

/** How large the screen is, how mobile its owner, how easy it is to type: what sets classes of devices apart. */
const DEVICES: Readonly<Record<Device, readonly [number, number, number]>> = {
  mobile: [-1, 1, -1],
  tablet: [0, 0, -0.5],
  desktop: [1, -1, 1],
}

const device = (name: string, place: number): Encoder => ({
  name: `device_${name}`,
  of: (context) => (context.device ? DEVICES[context.device][place] : 0),
})

/** Temperatures at which the code is 0, and by how much more it is 1; degrees Celsius. */
const [MILD, SPAN] = [15, 25]

const ENCODERS: readonly Encoder[] = [
  ...cycle("hour", ({ hour }) => hour / 24),
  ...cycle("weekday", ({ weekday, hour }) => (weekday + hour / 24) / 7),
  ...cycle("day_of_year", ({ dayOfYear }) => dayOfYear / 365.25),
  sphere("place_x", (latitude, longitude) => Math.cos(latitude) * Math.cos(longitude)),
  sphere("place_y", (latitude, longitude) => Math.cos(latitude) * Math.sin(longitude)),
  sphere("place_z", Math.sin),
  device("screen", 0),
  device("mobility", 1),
  device("keyboard", 2),
  ...WEATHER_CONDITIONS.map((condition): Encoder => ({
    name: `weather_${condition}`,
    of: ({ weather }) => (weather?.condition === condition ? 1 : 0),
  })),
  {
    name: "temperature",
    of: ({ weather }) => (weather ? Math.max(-1, Math.min(1, (weather.temperature - MILD) / SPAN)) : 0),
  },
]

/** What each number of `encodeContext` is. */
export const CONTEXT_CODES: readonly string[] = ENCODERS.map(({ name }) => name)

/** The situation as numbers from −1 to 1 for models that learn, in the order of CONTEXT_CODES; 0 is "not known". */
export const encodeContext = (context: RequestContext): Float64Array =>
  Float64Array.from(ENCODERS, ({ of }) => of(context))

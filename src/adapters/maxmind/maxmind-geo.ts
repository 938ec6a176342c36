import {
  cityName,
  coordinates,
  countryCode,
  regionCode,
  timeZoneName,
  type GeoProvider,
  type Origin,
  type Place,
} from "../../services/context"
import { PersonalizationError, silentLogger, type Logger } from "../../services/lib"

/** The slice of a record of a City database that is used. */
interface CityRecord {
  country?: { iso_code?: string }
  subdivisions?: { iso_code?: string }[]
  city?: { names?: { en?: string } }
  location?: { latitude?: number; longitude?: number; time_zone?: string }
}

interface CityReader {
  get(ip: string): CityRecord | null
}

/**
 * Places out of a MaxMind City database (GeoLite2, GeoIP2, or another file of this format). The file is opened at the first
 * request, which goes out without a place, and is watched: a newer file is read when it is there.
 */
export class MaxmindGeo implements GeoProvider {
  readonly name = "maxmind"
  private reader: CityReader | undefined
  private opening: Promise<void> | undefined

  constructor(
    private readonly file: string,
    private readonly logger: Logger = silentLogger
  ) {}

  place({ ip }: Origin): Place | undefined {
    if (!this.reader) {
      this.opening ??= this.open()
      return undefined
    }
    const found = ip ? this.find(ip) : undefined
    const country = countryCode(found?.country?.iso_code)
    if (!found || !country) return undefined
    const { subdivisions, city, location } = found
    return {
      country,
      region: regionCode(subdivisions?.[0]?.iso_code),
      city: cityName(city?.names?.en),
      ...coordinates(location?.latitude, location?.longitude),
      timeZone: timeZoneName(location?.time_zone),
    }
  }

  /** Resolves when the file is open, or will never be. */
  async opened(): Promise<void> {
    await (this.opening ??= this.open())
  }

  private find(ip: string): CityRecord | undefined {
    try {
      return this.reader!.get(ip) ?? undefined
    } catch {
      // No address: a test's, or a socket's path.
      return undefined
    }
  }

  /** Never rejects: lists go out without places, and the log says why. */
  private async open(): Promise<void> {
    try {
      const { default: maxmind } = await load()
      this.reader = (await maxmind.open(this.file, {
        watchForUpdates: true,
        watchForUpdatesNonPersistent: true,
      })) as unknown as CityReader
    } catch (error) {
      this.logger.error(`option \`context.geoFile\`: ${this.file} can't be read`, error as Error)
    }
  }
}

async function load() {
  try {
    return await import("maxmind")
  } catch (cause) {
    throw new PersonalizationError(
      "missing_package",
      "The option `context.geoFile` needs the package maxmind: run `npm install maxmind`, or leave the option out.",
      { cause }
    )
  }
}

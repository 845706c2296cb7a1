import { readFileSync } from 'node:fs'

/** Looks up the country of an address; undefined for one that the database does not know. */
export type CountryOf = (ip: string) => string | undefined

interface CountryRecord {
  country?: { iso_code?: string } | string
  registered_country?: { iso_code?: string }
  country_code?: string
}

/** The file in memory that all threads share. @throws {Error} when it cannot be read */
export function readCountryFile(path: string): SharedArrayBuffer {
  const bytes = readFileSync(path)
  const shared = new SharedArrayBuffer(bytes.length)
  new Uint8Array(shared).set(bytes)
  return shared
}

/**
 * A look-up in a MaxMind DB file (the GeoLite2 Country form, and the simpler ones that others give away). The reader is
 * loaded only here. @throws {Error} for what is no such file
 */
export async function createCountryOf(file: SharedArrayBuffer): Promise<CountryOf> {
  const { Reader } = await import('mmdb-lib')
  const reader = new Reader<never>(Buffer.from(file))
  return ip => {
    try {
      return isoCode(reader.get(ip) as CountryRecord | null)
    } catch {
      return undefined
    }
  }
}

function isoCode(found: CountryRecord | null): string | undefined {
  if (!found) return undefined
  const { country, registered_country, country_code } = found
  const code =
    typeof country === 'string'
      ? country
      : (country?.iso_code ?? country_code ?? registered_country?.iso_code)
  return code !== undefined && /^[A-Z]{2}$/.test(code) ? code : undefined
}

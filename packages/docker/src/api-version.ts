/** Docker 20.10, the oldest engine that Debian and Ubuntu in support ship. */
export const OLDEST_API = '1.41'
/** The newest API that this code was written for. Engines keep old versions, so a newer engine speaks it too. */
const NEWEST_API = '1.51'

/** The version to speak with an engine that offers up to `offered`; undefined when that is older than the oldest. */
export function negotiateApiVersion(offered: string): string | undefined {
  if (!/^\d+\.\d+$/.test(offered) || compare(offered, OLDEST_API) < 0) return undefined
  return compare(offered, NEWEST_API) < 0 ? offered : NEWEST_API
}

function compare(one: string, other: string): number {
  const [major = 0, minor = 0] = one.split('.').map(Number)
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number)
  return major - otherMajor || minor - otherMinor
}

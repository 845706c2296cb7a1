/** Who may claim which host. Pure. */
import { baseName, coversHost } from '@seaworthy/certificates'

export interface ReservedHosts {
  /** Apps answer under it. */
  baseDomain: string
  /** Where the dashboard answers. */
  dashboardHost: string
}

/** Why nobody may claim a host; undefined when one may. */
export function whyReserved(host: string, { baseDomain, dashboardHost }: ReservedHosts): string | undefined {
  const name = baseName(host)
  if (name === dashboardHost || coversHost(host, dashboardHost)) return 'the dashboard answers there'
  if (name === baseDomain || coversHost(host, baseDomain)) return 'apps answer under it'
  if (name.endsWith(`.${baseDomain}`)) return `names under ${baseDomain} are those of the apps themselves`
  return undefined
}

/** Whether two claims are about the same requests: a name and the wildcard above it are. */
export function claimsOverlap(one: string, other: string): boolean {
  return coversHost(one, other) || coversHost(other, one)
}

export interface HeldClaim {
  host: string
  teamId: string
  heldUntil: number
  /** The app is in the trash. */
  isGone: boolean
}

/**
 * What a standing claim means for a new one. `free`: it stands in nobody's way. `replace`: it has lapsed, so it goes.
 * `blocks`: it holds.
 */
export function judgeClaim(
  standing: HeldClaim,
  asked: { host: string; teamId: string; isProved: boolean },
  now: number,
): 'free' | 'replace' | 'blocks' {
  if (!claimsOverlap(standing.host, asked.host)) return 'free'
  const same = standing.host === asked.host
  // Within a team a name and its wildcard may go to different apps: the exact one wins.
  if (!same && standing.teamId === asked.teamId) return 'free'
  const lapsed = standing.isGone || standing.heldUntil <= now
  if (asked.isProved && standing.teamId !== asked.teamId) return 'replace'
  return lapsed ? 'replace' : 'blocks'
}

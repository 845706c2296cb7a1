/** Where our own probes of a release go. Pure. */
import type { TrafficSettings } from '@seaworthy/routes/settings'
import type { LiveInstance } from '../instances/instance-manager.ts'

export interface ProbePlace {
  host: string
  port: number
  hostHeader?: string
  /** Such a probe is counted by the edge, and proves the way through it as well. */
  throughEdge: boolean
}

/**
 * Through the edge, as visitors come. Where the rules of the app may keep us out (a list of addresses, a password, a
 * limit, maintenance), that would tell of the rules and not of the release: then at an instance itself.
 * @returns undefined where neither is possible: files behind such rules
 */
export function probePlace({
  isGuarded,
  edgePort,
  host,
  instances,
}: {
  isGuarded: boolean
  edgePort: number
  /** Where the app answers. */
  host: string
  instances: readonly Pick<LiveInstance, 'row' | 'instance'>[]
}): ProbePlace | undefined {
  if (!isGuarded) return { host: '127.0.0.1', port: edgePort, hostHeader: host, throughEdge: true }
  const web = instances.find(({ row, instance }) => row.process === 'web' && instance.address)
  return web?.instance.address && { ...web.instance.address, throughEdge: false }
}

/** Whether rules of the edge may answer in the app's place. */
export function mayKeepOut({ access, limits, rewrites }: TrafficSettings): boolean {
  return [access, limits, rewrites].some(rules => rules !== undefined && Object.keys(rules).length > 0)
}

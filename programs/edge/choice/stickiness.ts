import { createHmac } from 'node:crypto'
import type { StickySettings } from '@seaworthy/routes'
import type { ActiveTarget } from '../proxy/active-routes.ts'
import { cookieValue, setCookie } from './cookies.ts'

/** Keeps clients of a route at the instance that they got first. */
export interface Stickiness {
  settings: StickySettings
  path: string
  /** Targets that may get requests, by the name that cookies have for them. */
  byRef: ReadonlyMap<string, ActiveTarget>
  refs: ReadonlyMap<ActiveTarget, string>
}

/** @param key known to the edge alone: a cookie tells neither an address nor an id, and cannot be made up */
export function compileStickiness(
  settings: StickySettings,
  path: string,
  healthy: readonly ActiveTarget[],
  key: string,
): Stickiness {
  const refs = new Map(healthy.map(target => [target, refOf(target.id, key)]))
  return { settings, path, refs, byRef: new Map([...refs].map(([target, ref]) => [ref, target])) }
}

function refOf(targetId: string, key: string): string {
  return createHmac('sha256', key).update(`instance ${targetId}`).digest('base64url').slice(0, 22)
}

/** The target that the client was at before; undefined for a new client, and where it may get no more requests. */
export function stuckTarget(
  { settings, byRef }: Stickiness,
  cookies: string | undefined,
): ActiveTarget | undefined {
  const ref = cookieValue(cookies, settings.cookie)
  return ref === undefined ? undefined : byRef.get(ref)
}

/** @returns the cookie that keeps the client at the target, or undefined where it has that already */
export function stickyCookie(
  { settings, refs, path }: Stickiness,
  target: ActiveTarget,
  cookies: string | undefined,
  isSecure: boolean,
): string | undefined {
  const ref = refs.get(target)
  if (ref === undefined || cookieValue(cookies, settings.cookie) === ref) return undefined
  return setCookie({
    name: settings.cookie,
    value: ref,
    path,
    maxAgeSeconds: settings.maxAgeSeconds,
    isSecure,
  })
}

import { createHash } from 'node:crypto'
import type { ActiveRoute } from '../proxy/active-routes.ts'
import type { ExchangeOptions } from '../proxy/exchange.ts'
import { cookieValue, setCookie } from './cookies.ts'

/** A release on trial beside the one that serves. */
export interface Trial {
  /** Serves and is counted under the release on trial. */
  route: ActiveRoute
  percent: number
  header: { name: string; value: string } | undefined
  /** Other apps at the same host have other cookies. */
  cookie: string
  /** Another release on trial draws lots anew. */
  tag: string
  /** When it was told last that the trial cannot serve, as `performance.now()`. */
  toldAt: number
}

type Facts = Pick<ExchangeOptions, 'context' | 'request' | 'client'>

const LOTS = 10_000
const TELL_EVERY_MS = 1_000

export function compileTrial(stable: ActiveRoute, route: ActiveRoute): Trial {
  const { percent, header, release } = stable.canary!
  return {
    route,
    percent,
    header,
    cookie: `seaworthy_canary_${shortDigest(stable.appId)}`,
    tag: shortDigest(`${stable.appId} ${release}`),
    toldAt: Number.NEGATIVE_INFINITY,
  }
}

/**
 * Which release serves a request: the one on trial where the header asks for it, or where the client's lot is below
 * the percentage. A browser draws its lot once and keeps it in a cookie, so that it stays where it is, and moves to the
 * trial when the percentage grows past its lot; a client without cookies draws for each request.
 * @returns the route, and the cookie to set for a new lot
 */
export function chooseRelease(
  facts: Facts,
  stable: ActiveRoute,
  trial: Trial,
): { route: ActiveRoute; cookie: string | undefined } {
  if (isAskedFor(trial, facts)) return { route: servable(facts, stable, trial), cookie: undefined }
  const kept = keptLot(trial, facts.request.headers.cookie)
  const lot = kept ?? Math.floor(facts.context.random() * LOTS)
  const isIn = lot < (trial.percent / 100) * LOTS
  return {
    route: isIn ? servable(facts, stable, trial) : stable,
    cookie: kept === undefined ? lotCookie(trial, lot, facts.client.scheme === 'https') : undefined,
  }
}

/** Tells the main thread, at most once a second for each worker, that the trial did not serve what it should have. */
export function tellTrialFailed(
  { context }: Pick<Facts, 'context'>,
  stable: ActiveRoute,
  reason: string,
): void {
  const { trial } = stable
  const now = performance.now()
  if (!trial || now - trial.toldAt < TELL_EVERY_MS) return
  trial.toldAt = now
  context.report({ kind: 'canary-failed', appId: stable.appId, release: trial.route.release, reason })
}

function servable(facts: Facts, stable: ActiveRoute, { route }: Trial): ActiveRoute {
  if (route.mode === 'static' || route.healthy.length > 0) return route
  tellTrialFailed(facts, stable, 'no instance of it is healthy')
  return stable
}

function isAskedFor({ header }: Trial, { request }: Facts): boolean {
  const given = header && request.headers[header.name]
  return given !== undefined && (header!.value === '' || given === header!.value)
}

function keptLot({ cookie, tag }: Trial, cookies: string | undefined): number | undefined {
  const lot = /^([A-Za-z0-9_-]{8})\.([0-9]{1,4})$/.exec(cookieValue(cookies, cookie) ?? '')
  return lot?.[1] === tag ? Number(lot[2]) : undefined
}

function lotCookie({ cookie, tag }: Trial, lot: number, isSecure: boolean): string {
  return setCookie({ name: cookie, value: `${tag}.${lot}`, path: '/', maxAgeSeconds: 0, isSecure })
}

function shortDigest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 8)
}

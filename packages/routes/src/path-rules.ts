/** Redirects and rewrites: matching them, and telling beforehand which are wrong. Pure. */
import type { RedirectRule, RewriteRule } from './route-rules.ts'

export interface Redirects {
  /** @param url path and query as the client asked @returns undefined where no rule matches */
  find(host: string, url: string): { status: RedirectRule['status']; location: string } | undefined
}

export function compileRedirects(rules: readonly RedirectRule[]): Redirects {
  const compiled = rules.map(rule => ({ ...rule, place: compileRule(rule) }))
  return {
    find(host, url) {
      for (const { place, status, host: only } of compiled) {
        if (only !== undefined && only !== host) continue
        const location = place(url)
        if (location !== undefined) return { status, location }
      }
      return undefined
    },
  }
}

/** @returns the path and query for the app, or undefined where no rule matches */
export function compileRewrites(rules: readonly RewriteRule[]): (url: string) => string | undefined {
  const places = rules.map(compileRule)
  return url => {
    for (const place of places) {
      const rewritten = place(url)
      if (rewritten !== undefined) return rewritten
    }
    return undefined
  }
}

/** `/old`, or `/old/*` for all under it. Visible ASCII without `?`, `#` and a further `*`. */
export function isRulePath(path: string): boolean {
  return /^\/[\x21\x22\x24-\x29\x2b-\x3e\x40-\x7e]*$/.test(path.replace(/(?<=\/)\*$/, ''))
}

/**
 * What is wrong with where a redirect leads; undefined for nothing. `:rest` may stand only in the path: in the host it
 * would let every link lead anywhere.
 */
export function redirectTargetProblem({ from, to }: Pick<RedirectRule, 'from' | 'to'>): string | undefined {
  if (!VISIBLE.test(to)) return 'visible characters only'
  const absolute = ABSOLUTE.exec(to)
  if (!absolute && !PATH.test(to)) return 'a path such as /new/:rest, or a whole http or https address'
  if (absolute && !AUTHORITY.test(absolute[1]!)) return 'an address with a plain host name'
  return restProblem(from, to)
}

export function rewriteTargetProblem({ from, to }: RewriteRule): string | undefined {
  if (!VISIBLE.test(to) || !PATH.test(to) || /[#]/.test(to)) return 'a path such as /new/:rest'
  return restProblem(from, to)
}

/**
 * The first rule that sends a client round in a circle, or ever deeper, by its place in the list; undefined for none.
 * @param hosts those of the route, so that an address of its own counts as leading back to it
 */
export function findRedirectLoop(
  rules: readonly RedirectRule[],
  hosts: readonly string[],
): number | undefined {
  const redirects = compileRedirects(rules)
  for (const [index, rule] of rules.entries()) {
    for (const host of rule.host === undefined ? hosts : [rule.host])
      if (isEndless(redirects, host, rule.from.replace(/\*$/, 'x'), hosts)) return index
  }
  return undefined
}

/** Without a backslash, which browsers take for a slash. */
const VISIBLE = /^[\x21-\x5b\x5d-\x7e]+$/
/** A second slash or a backslash would make browsers take what follows for a host. */
const PATH = /^\/(?![/\\])/
const ABSOLUTE = /^https?:\/\/([^/?#\\]*)/i
const AUTHORITY = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/

function restProblem(from: string, to: string): string | undefined {
  if (to.includes(':rest') && !from.endsWith('/*')) return 'without :rest, since "from" has no * for it'
  return undefined
}

/** Matches a path as it was asked. What it leads to never leaves the host that the rule names. */
function compileRule({ from, to }: { from: string; to: string }): (url: string) => string | undefined {
  if (from.endsWith('/*')) {
    const base = from.slice(0, -1)
    return url => {
      const path = pathOf(url)
      if (path.startsWith(base)) return lead(to, path.slice(base.length), url)
      return path === base.slice(0, -1) ? lead(to, '', url) : undefined
    }
  }
  return url => (pathOf(url) === from ? lead(to, '', url) : undefined)
}

function lead(to: string, rest: string, url: string): string {
  // A function, because `$&` in a path must mean nothing.
  const place = to.replace(':rest', () => rest.replace(/^[/\\]+/, ''))
  const own = place.startsWith('/') ? `/${place.replace(/^[/\\]+/, '')}` : place
  return withQuery(own, url)
}

function withQuery(place: string, url: string): string {
  const query = url.indexOf('?')
  if (query === -1) return place
  const hash = place.indexOf('#')
  const address = hash === -1 ? place : place.slice(0, hash)
  const fragment = hash === -1 ? '' : place.slice(hash)
  const asked = url.slice(query + 1)
  return `${address}${address.includes('?') ? '&' : '?'}${asked}${fragment}`
}

function pathOf(url: string): string {
  const query = url.indexOf('?')
  return query === -1 ? url : url.slice(0, query)
}

/** Browsers follow twenty redirects (https://fetch.spec.whatwg.org/#http-redirect-fetch). */
const MOST_STEPS = 20

function isEndless(
  redirects: Redirects,
  firstHost: string,
  firstPath: string,
  hosts: readonly string[],
): boolean {
  let host = firstHost
  let path = firstPath
  for (let step = 0; step < MOST_STEPS; step++) {
    const next = redirects.find(host, path)
    if (!next) return false
    const absolute = ABSOLUTE.exec(next.location)
    if (!absolute) path = next.location.replace(/#.*$/, '')
    else {
      host = absolute[1]!.replace(/:[0-9]+$/, '').toLowerCase()
      if (!hosts.includes(host)) return false
      path = next.location.slice(absolute[0].length).replace(/#.*$/, '') || '/'
    }
  }
  return true
}

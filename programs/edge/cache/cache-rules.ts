import { createHash } from 'node:crypto'
import type { CacheRule, Route } from '@seaworthy/routes'

/** A route's cache rules, made ready for requests. */
export interface RouteCaching {
  /** Start of each key: what was stored under other rules, settings or another release is never found. */
  scope: string
  /** The first rule that matches. @param url path and query */
  ruleFor(url: string): ActiveCacheRule | undefined
}

export interface ActiveCacheRule extends CacheRule {
  matches(path: string): boolean
}

type CachedRoute = Pick<
  Route,
  'appId' | 'process' | 'release' | 'pathPrefix' | 'cache' | 'headers' | 'rewrites' | 'stripPrefix'
>

/** @returns undefined for a route without rules */
export function compileCaching(route: CachedRoute): RouteCaching | undefined {
  const { cache, headers, rewrites, stripPrefix } = route
  if (!cache || cache.length === 0) return undefined
  const rules = cache.map(compileRule)
  const digest = createHash('sha256')
    .update(JSON.stringify([cache, headers, rewrites, stripPrefix]))
    .digest('base64url')
  return {
    scope: [route.appId, route.process, route.release, route.pathPrefix, digest.slice(0, 16)].join('\n'),
    ruleFor(url) {
      const query = url.indexOf('?')
      const path = query === -1 ? url : url.slice(0, query)
      return rules.find(rule => rule.matches(path))
    },
  }
}

/** `/assets/*`: all under it. `*.css`: all that ends so. Otherwise exactly this path. */
export function pathMatcher(pattern: string): (path: string) => boolean {
  if (pattern.startsWith('*')) {
    const end = pattern.slice(1)
    return path => path.endsWith(end)
  }
  if (!pattern.endsWith('*')) return path => path === pattern
  const start = pattern.slice(0, -1)
  return path => path.startsWith(start)
}

function compileRule(rule: CacheRule): ActiveCacheRule {
  return { ...rule, matches: pathMatcher(rule.path) }
}

import type { FastifyInstance } from 'fastify'
import findMyWay, { type HTTPMethod } from 'find-my-way'

/**
 * The methods that some route knows for a path, for the `Allow` header of a 405 (RFC 9110, 15.5.6); Fastify itself
 * answers 404. A catch-all such as `/*` says nothing about a path and is left out.
 */
export function createAllowedMethods(app: FastifyInstance): (url: string) => string[] {
  const router = findMyWay()
  const methods = new Set<HTTPMethod>()
  app.addHook('onRoute', ({ url, method }) => {
    if (url === '*' || url.endsWith('/*')) return
    for (const name of [method].flat() as HTTPMethod[]) {
      methods.add(name)
      if (!router.hasRoute(name, url)) router.on(name, url, () => {})
    }
  })
  return url => [...methods].filter(method => router.find(method, pathOf(url)) !== null).sort()
}

function pathOf(url: string): string {
  return url.split('?', 1)[0]!
}

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileRoutes, type MatchableRoute, normalizeHost } from './route-matcher.ts'

const routes = [
  { name: 'whole', hosts: ['shop.localhost', 'www.shop.example'], pathPrefix: '/' },
  { name: 'api', hosts: ['shop.localhost'], pathPrefix: '/api' },
  { name: 'api v2', hosts: ['shop.localhost'], pathPrefix: '/api/v2/' },
]

test.each([
  ['shop.localhost', '/', 'whole'],
  ['www.shop.example', '/api', 'whole'],
  ['shop.localhost', '/api', 'api'],
  ['shop.localhost', '/api?x=/api/v2', 'api'],
  ['shop.localhost', '/api/', 'api'],
  ['shop.localhost', '/apix', 'whole'],
  ['shop.localhost', '/api/v2', 'api v2'],
  ['shop.localhost', '/api/v2/users', 'api v2'],
  ['shop.localhost', '/api/v20', 'api'],
  ['other.localhost', '/', undefined],
])('%s%s goes to %s', (host, path, expected) => {
  expect(compileRoutes(routes).match(host, path)?.name).toBe(expected)
})

test('a host without a route for the whole of it leaves other paths unmatched', () => {
  const matcher = compileRoutes([{ hosts: ['a.localhost'], pathPrefix: '/api' }])

  expect(matcher.match('a.localhost', '/')).toBeUndefined()
  expect(matcher.hasHost('a.localhost')).toBe(true)
})

test('finds the longest prefix, whatever the order of the routes', () => {
  const segment = fc.constantFrom('a', 'b', 'ab')
  const prefix = fc.array(segment, { maxLength: 3 }).map(parts => `/${parts.join('/')}`)
  fc.assert(
    fc.property(fc.uniqueArray(prefix, { maxLength: 8 }), prefix, (prefixes, path) => {
      const compiled = compileRoutes<MatchableRoute>(
        prefixes.map(pathPrefix => ({ hosts: ['a.localhost'], pathPrefix })),
      )

      const expected = prefixes
        .filter(candidate => candidate === '/' || path === candidate || path.startsWith(`${candidate}/`))
        .sort((a, b) => b.length - a.length)[0]
      expect(compiled.match('a.localhost', path)?.pathPrefix).toBe(expected)
    }),
  )
})

describe('normalizeHost', () => {
  test.each([
    ['Shop.LocalHost:8080', 'shop.localhost'],
    ['shop.localhost.', 'shop.localhost'],
    ['127.0.0.1:80', '127.0.0.1'],
    ['[::1]:8080', '[::1]'],
  ])('turns %s into %s', (header, host) => {
    expect(normalizeHost(header)).toBe(host)
  })

  test.each([
    '',
    ' ',
    'a b',
    'a/b',
    'a@b',
    'a:b',
    'a:123456',
    'a,b',
    'a\tb',
    'é.example',
    '[::1',
    'a'.repeat(300),
  ])('refuses %j', header => {
    expect(normalizeHost(header)).toBeUndefined()
  })
})

test('a wildcard host stands for one label, and an exact host comes before it', () => {
  const any = { hosts: ['*.shop.example'], pathPrefix: '/' }
  const exact = { hosts: ['www.shop.example'], pathPrefix: '/' }
  const { match, hasHost } = compileRoutes([any, exact])

  expect(match('de.shop.example', '/')).toBe(any)
  expect(match('www.shop.example', '/')).toBe(exact)
  expect(match('shop.example', '/')).toBeUndefined()
  expect(match('a.b.shop.example', '/')).toBeUndefined()
  expect(hasHost('de.shop.example')).toBe(true)
  expect(hasHost('localhost')).toBe(false)
})

test('what an exact host has no path for goes to the wildcard, longest prefix first', () => {
  const api = { hosts: ['www.shop.example'], pathPrefix: '/api' }
  const all = { hosts: ['*.shop.example'], pathPrefix: '/' }
  const deep = { hosts: ['*.shop.example'], pathPrefix: '/api/v2' }
  const { match } = compileRoutes([all, deep, api])

  expect(match('www.shop.example', '/api/v2/x')).toBe(api)
  expect(match('www.shop.example', '/')).toBe(all)
  expect(match('de.shop.example', '/api/v2/x')).toBe(deep)
  expect(match('de.shop.example', '/api/v1')).toBe(all)
})

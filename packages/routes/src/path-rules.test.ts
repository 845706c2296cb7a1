import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  compileRedirects,
  compileRewrites,
  findRedirectLoop,
  isRulePath,
  redirectTargetProblem,
  rewriteTargetProblem,
} from './path-rules.ts'

const HOST = 'shop.example'

test.each([
  ['/old', '/new', '/old', '/new'],
  ['/old', '/new', '/old?a=1', '/new?a=1'],
  ['/old', '/new', '/old/', undefined],
  ['/old', '/new', '/older', undefined],
  ['/old/*', '/new/:rest', '/old/a/b?c', '/new/a/b?c'],
  ['/old/*', '/new/:rest', '/old', '/new/'],
  ['/old/*', '/new/:rest', '/old/', '/new/'],
  ['/old/*', '/new/:rest', '/older/a', undefined],
  ['/old/*', '/new', '/old/a', '/new'],
  ['/old', '/new?x=1#end', '/old?y=2', '/new?x=1&y=2#end'],
  ['/*', 'https://other.example/:rest', '/a?b', 'https://other.example/a?b'],
  ['/old/*', '/:rest', '/old//evil.example', '/evil.example'],
  ['/old/*', '/:rest', '/old/\\evil.example', '/evil.example'],
  ['/old/*', '/:rest', '/old///\\/evil.example', '/evil.example'],
  ['/old/*', '/:rest/x', '/old/', '/x'],
  ['/old/*', '/new/:rest', '/old/$&$1', '/new/$&$1'],
])('%s to %s makes of %s: %s', (from, to, url, expected) => {
  expect(compileRedirects([{ from, to, status: 302 }]).find(HOST, url)?.location).toBe(expected)
  if (to.startsWith('/')) expect(compileRewrites([{ from, to }])(url)).toBe(expected)
})

test('the first rule that matches counts, and one for a host only there', () => {
  const redirects = compileRedirects([
    { from: '/a', to: '/1', status: 301, host: 'www.shop.example' },
    { from: '/a', to: '/2', status: 308 },
    { from: '/a', to: '/3', status: 302 },
  ])

  expect(redirects.find(HOST, '/a')).toEqual({ status: 308, location: '/2' })
  expect(redirects.find('www.shop.example', '/a')).toEqual({ status: 301, location: '/1' })
})

test('no path leads off the host', () => {
  const { find } = compileRedirects([{ from: '/*', to: '/:rest', status: 302 }])
  fc.assert(
    fc.property(fc.stringMatching(/^\/[\x21\x22\x24-\x7e]{0,20}$/), url => {
      const { location } = find(HOST, url)!
      expect(new URL(location, `http://${HOST}/`).host).toBe(HOST)
    }),
  )
})

test.each([
  '//evil.example/',
  '/\\evil.example',
  'javascript:alert(1)',
  'ftp://example.com/',
  'https://user@example.com/',
  'https://example.com:rest/',
  'https://:rest/',
  'https://example.com.:rest/x',
  'https:example.com',
  'http://a\\b/',
  '/a\r\nSet-Cookie: x',
  '/a b',
  '/ä',
  'new',
  '',
])('refuses a redirect to %j', to => {
  expect(redirectTargetProblem({ from: '/*', to })).toBeDefined()
})

test('refuses :rest where nothing is left over, and rewrites to other hosts', () => {
  expect(redirectTargetProblem({ from: '/a', to: '/:rest' })).toContain(':rest')
  expect(rewriteTargetProblem({ from: '/a', to: 'https://example.com/' })).toBeDefined()
  expect(rewriteTargetProblem({ from: '/a/*', to: '/b/:rest' })).toBeUndefined()
  expect(redirectTargetProblem({ from: '/a/*', to: 'https://example.com:8443/x/:rest' })).toBeUndefined()
})

test('knows the paths that a rule may have', () => {
  expect(['/', '/a', '/a/*', '/*', '/%20'].every(isRulePath)).toBe(true)
  expect(['', 'a', '/a*', '/*/b', '/a?b', '/a#b', '/a b', '/\n'].some(isRulePath)).toBe(false)
})

test.each([
  ['to itself', [{ from: '/a', to: '/a' }], 0],
  ['ever deeper', [{ from: '/*', to: '/new/:rest' }], 0],
  [
    'in a circle',
    [
      { from: '/a', to: '/b' },
      { from: '/b', to: '/a' },
    ],
    0,
  ],
  [
    'over its own address',
    [
      { from: '/x', to: '/y' },
      { from: '/*', to: 'https://shop.example/:rest' },
    ],
    0,
  ],
])('finds a redirect that leads %s', (_, rules, index) => {
  const all = rules.map(rule => ({ ...rule, status: 302 as const }))
  expect(findRedirectLoop(all, [HOST])).toBe(index)
})

test('lets chains that end pass, and those between hosts', () => {
  const status = 301
  expect(
    findRedirectLoop(
      [
        { from: '/a', to: '/b', status },
        { from: '/b', to: '/c', status },
        { from: '/*', to: 'https://shop.example/:rest', status, host: 'www.shop.example' },
        { from: '/out/*', to: 'https://elsewhere.example/:rest', status },
      ],
      [HOST, 'www.shop.example'],
    ),
  ).toBeUndefined()
})

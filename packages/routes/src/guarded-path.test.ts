import { expect, test } from 'vitest'
import { guardedPrefix, isGuarded, pathReadings } from './guarded-path.ts'

test.each([
  '/admin',
  '/admin/',
  '/admin?x',
  '/admin/users',
  '/ADMIN',
  '/%61dmin',
  '/%61%64min/x',
  '//admin',
  '/x/../admin',
  '/x/%2e%2e/admin',
  '/x/%2E./admin',
  '/x%2f..%2fadmin',
  '/./admin',
  '/\\admin',
  '/x\\..\\admin',
  '/admin;jsessionid=1',
  '/admin.json',
  '/admin.html',
  '/admin%00',
  '/admin%20',
  '/admin%3fx',
  '/admin%23x',
  '/admin%3b/x',
  '/x/..;/admin',
  '/x;/../admin',
  '/admin/../public',
  '/%61dmin/../public',
  '/%61dmin//../../public',
])('%s may mean something under /admin', url => {
  expect(isGuarded(pathReadings(url), guardedPrefix('/Admin/'))).toBe(true)
})

test.each(['/', '/administrators', '/public/admin', '/public?/admin', '/%2561dmin', '/adm/in', '/x/admin'])(
  '%s does not',
  url => {
    expect(isGuarded(pathReadings(url), '/admin')).toBe(false)
  },
)

test('a page is guarded under each name that serves it', () => {
  const isUnder = (url: string, path: string) => isGuarded(pathReadings(url), guardedPrefix(path))

  expect(['/page', '/page.html', '/%70age'].map(url => isUnder(url, '/page.html'))).toEqual([
    true,
    true,
    true,
  ])
  expect(['/docs', '/docs/', '/docs/index.html'].map(url => isUnder(url, '/docs/index.html'))).toEqual([
    true,
    true,
    true,
  ])
  expect(isUnder('/', '/index.html')).toBe(true)
  expect(['/pages', '/pag', '/page/x'].map(url => isUnder(url, '/page.html'))).toEqual([false, false, false])
})

test('an ordinary path has one reading', () => {
  expect(pathReadings('/a/b.css?c=%20')).toEqual(['/a/b.css'])
})

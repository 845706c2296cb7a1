import { expect, test } from 'vitest'
import { isSecretName, redact, scrubText } from './redaction.ts'

test.each([
  'authorization',
  'Proxy-Authorization',
  'Set-Cookie',
  'cookie',
  'PASSWORD',
  'dbPassword',
  'access_token',
  'csrfToken',
  'clientSecret',
  'api-key',
  'key',
  'privateKey',
  'credentials',
  'jwt',
])('%s is a secret name', name => {
  expect(isSecretName(name)).toBe(true)
})

test.each(['tokens', 'tokenCount', 'cacheKey', 'author', 'keyboard', 'secretary', 'slug'])(
  '%s is not',
  name => {
    expect(isSecretName(name)).toBe(false)
  },
)

test('redacts secret fields at any depth, in arrays, maps, errors and instances', () => {
  class Settings {
    password = 'p1'
    port = 1
  }
  const value = {
    list: [{ token: 'p2', id: 1 }],
    map: new Map([
      ['secret', 'p3'],
      ['ok', 'yes'],
    ]),
    error: Object.assign(new Error('no'), { config: { headers: { Cookie: 'p4' } } }),
    settings: new Settings(),
    json: { toJSON: () => ({ apiKey: 'p5' }) },
  }

  const copy = redact(value)

  expect(JSON.stringify(copy)).not.toMatch(/p[1-5]/)
  expect(copy).toMatchObject({
    list: [{ id: 1 }],
    map: { ok: 'yes' },
    settings: { port: 1, password: '[redacted]' },
  })
  expect(value.settings.password).toBe('p1')
})

test('ends on cycles', () => {
  const loop: Record<string, unknown> = { name: 'loop' }
  loop.self = loop

  expect(JSON.stringify(redact(loop))).toContain('[too deep]')
})

test.each([
  ['/cb?code=abc&state=def&page=2', '/cb?code=[redacted]&state=[redacted]&page=2'],
  ['/x?access_token=abc#top', '/x?access_token=[redacted]#top'],
  ['postgres://app:s3cret@db:5432/x', 'postgres://app:[redacted]@db:5432/x'],
  ['https://user:pa:ss@host/', 'https://user:[redacted]@host/'],
  ['Authorization was Bearer abc.def-123', 'Authorization was Bearer [redacted]'],
  ['/apps?page=2&sort=name', '/apps?page=2&sort=name'],
  ['http://localhost:8080/a@b', 'http://localhost:8080/a@b'],
  ['a basic idea', 'a basic idea'],
])('scrubs %j', (text, scrubbed) => {
  expect(scrubText(text)).toBe(scrubbed)
})

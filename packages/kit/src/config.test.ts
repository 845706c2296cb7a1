import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '@seaworthy/testing'
import { expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { ConfigError, defineSettings, loadConfig } from './config.ts'

const settings = defineSettings({
  port: {
    name: 'APP_PORT',
    schema: z.coerce.number().int().min(1).max(65_535),
    default: 4400,
    description: 'Port of the API.',
  },
  secureCookies: {
    name: 'APP_SECURE_COOKIES',
    schema: z.stringbool(),
    default: true,
    description: 'Cookies.',
  },
  databaseUrl: {
    name: 'APP_DATABASE_URL',
    schema: z.url().optional(),
    secret: true,
    description: 'A PostgreSQL URL.',
  },
  sessionSecret: {
    name: 'APP_SESSION_SECRET',
    schema: z.string(),
    secret: true,
    minimumLength: 16,
    description: 'Signs sessions.',
  },
})

const GOOD = 'Vm3p0qYb81kfZsT2'

function failure(env: Record<string, string>): ConfigError {
  try {
    loadConfig(settings, env)
  } catch (error) {
    if (error instanceof ConfigError) return error
  }
  throw new Error('loadConfig accepted it')
}

test('gives typed values, with defaults for what is not set or empty', () => {
  const config = loadConfig(settings, { APP_PORT: '8080', APP_SECURE_COOKIES: '', APP_SESSION_SECRET: GOOD })

  expect(config).toEqual({ port: 8080, secureCookies: true, databaseUrl: undefined, sessionSecret: GOOD })
  expectTypeOf(config.port).toEqualTypeOf<number>()
  expectTypeOf(config.databaseUrl).toEqualTypeOf<string | undefined>()
  expect(() => Object.assign(config, { port: 1 })).toThrow(TypeError)
})

test.each(['', '\n', '\r\n'])('reads NAME_FILE and cuts one trailing newline (%j)', newline => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'secret')
  writeFileSync(file, `${GOOD} \n${newline}`)

  const config = loadConfig(settings, { APP_SESSION_SECRET_FILE: file })

  expect(config.sessionSecret).toBe(newline === '' ? `${GOOD} ` : `${GOOD} \n`)
})

test('fails once, naming every wrong setting with what to do', () => {
  const error = failure({ APP_PORT: 'many', APP_SECURE_COOKIES: 'perhaps', APP_DATABASE_URL: 'nowhere' })

  expect(error.errors?.map(({ path }) => path)).toEqual([
    'APP_PORT',
    'APP_SECURE_COOKIES',
    'APP_DATABASE_URL',
    'APP_SESSION_SECRET',
  ])
  expect(error.message).toContain('APP_PORT is "many"')
  expect(error.message).toContain(
    'APP_SESSION_SECRET is missing. Set it, or APP_SESSION_SECRET_FILE: Signs sessions.',
  )
})

test.each([
  ['malformed', { APP_DATABASE_URL: 'hunter2 hunter2' }],
  ['too short', { APP_SESSION_SECRET: 'hunter2' }],
  ['a placeholder', { APP_SESSION_SECRET: 'changeme-hunter2-hunter2' }],
])('never prints a secret that is %s', (_, env) => {
  expect(failure(env).message).not.toContain('hunter2')
})

test.each([
  ['hunter2', 'at least 16 characters'],
  ['change-me-please-now', 'placeholder'],
  ['abababababababababab', 'repeats a few characters'],
])('refuses the weak secret %s: %s', (secret, reason) => {
  expect(failure({ APP_SESSION_SECRET: secret }).message).toContain(`APP_SESSION_SECRET is too weak: `)
  expect(failure({ APP_SESSION_SECRET: secret }).message).toContain(reason)
})

test('refuses a name that is set twice, and a file that cannot be read', () => {
  const twice = failure({ APP_SESSION_SECRET: GOOD, APP_SESSION_SECRET_FILE: '/dev/null' })
  const unreadable = failure({ APP_SESSION_SECRET_FILE: '/nowhere/at/all' })

  expect(twice.message).toContain('APP_SESSION_SECRET and APP_SESSION_SECRET_FILE are both set')
  expect(unreadable.message).toContain('/nowhere/at/all')
  expect(unreadable.message).toContain('ENOENT')
})

test('an empty file counts as not set', () => {
  expect(failure({ APP_SESSION_SECRET_FILE: '/dev/null' }).message).toContain('APP_SESSION_SECRET is missing')
})

test('a declaration with a bad name or a secret with a default is our bug, found at once', () => {
  const base = { schema: z.string(), description: 'x' }

  expect(() => defineSettings({ a: { ...base, name: 'lower' } })).toThrow('upper case')
  expect(() => defineSettings({ a: { ...base, name: 'A', secret: true, default: 'x' } })).toThrow(
    'must not have a default',
  )
})

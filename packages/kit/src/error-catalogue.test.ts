import { expect, test } from 'vitest'
import { defineErrors } from './error-catalogue.ts'
import { AppError } from './errors.ts'

const errors = defineErrors({
  app_not_found: { status: 404, message: 'There is no app named {slug} in team {team}.' },
  quota_reached: { status: 403, message: 'The team has all the apps that it may have.' },
})

test('fills the template and carries code, status, cause and field errors', () => {
  const cause = new Error('row missing')

  const error = errors.app_not_found(
    { slug: 'shop', team: 7 },
    { cause, errors: [{ path: 'slug', message: 'is unknown' }] },
  )

  expect(error).toBeInstanceOf(AppError)
  expect(error).toMatchObject({
    code: 'app_not_found',
    status: 404,
    message: 'There is no app named shop in team 7.',
    isOperational: true,
    cause,
    errors: [{ path: 'slug', message: 'is unknown' }],
  })
})

test('asks for the values of its own template only', () => {
  expect(errors.quota_reached().message).toBe('The team has all the apps that it may have.')
  // @ts-expect-error the template needs `team` too
  expect(() => errors.app_not_found({ slug: 'shop' })).toThrow('needs a value for {team}')
})

test('does not read values from the prototype', () => {
  const inherited = defineErrors({ odd: { status: 400, message: '{constructor}' } })

  expect(() => inherited.odd({} as { constructor: string })).toThrow('needs a value')
})

test('recognises its own errors by code', () => {
  const error = errors.quota_reached()

  expect(errors.quota_reached.is(error)).toBe(true)
  expect(errors.app_not_found.is(error)).toBe(false)
  expect(errors.quota_reached.is(new Error('quota_reached'))).toBe(false)
})

test('refuses to reuse a retired code', () => {
  const reuse = () => defineErrors({ app_gone: { status: 410, message: 'Gone.' } }, { retired: ['app_gone'] })

  expect(reuse).toThrow("'app_gone' is retired")
})

test.each([
  ['AppGone', 404, 'Gone.', 'lower-case'],
  ['app_gone', 200, 'Gone.', '400 to 599'],
  ['app_gone', 404, ' ', 'needs a message'],
])('refuses the definition %s %d %j', (code, status, message, reason) => {
  expect(() => defineErrors({ [code]: { status, message } })).toThrow(reason)
})

import { endpointOf } from '@seaworthy/api'
import { describe, expect, test } from 'vitest'
import { validateRequest } from './validation.ts'

const NOTHING = { params: {}, query: {}, body: undefined }

describe('a request', () => {
  test('is given back parsed', () => {
    const parts = validateRequest(endpointOf('releases.get'), {
      ...NOTHING,
      params: { slug: 'shop', version: 'v42' },
    })

    expect(parts).toEqual({ params: { slug: 'shop', version: 42 }, query: undefined, body: undefined })
  })

  test('names every wrong field of every part at once', () => {
    const given = { params: {}, query: { limit: '0', page: 'x', hello: '1' }, body: { unexpected: 1 } }

    expect(errorsOf('apps.list', given)).toEqual([
      { path: 'query.page', message: 'must be a whole number' },
      { path: 'query.limit', message: 'must be 1 or more' },
      { path: 'query.hello', message: 'is not known here' },
      { path: 'unexpected', message: 'is not known here' },
    ])
  })

  test.each([
    [undefined, [{ path: '', message: 'is missing' }]],
    [[], [{ path: '', message: 'must be of type object' }]],
    [{}, [{ path: 'slug', message: 'is missing' }]],
    [{ slug: 7 }, [{ path: 'slug', message: 'must be of type string' }]],
    [{ slug: 'shop', owner: 'eve' }, [{ path: 'owner', message: 'is not known here' }]],
    [
      { slug: 'No' },
      [
        { path: 'slug', message: 'must have at least 3 characters' },
        { path: 'slug', message: expect.stringMatching(/a-z/) },
      ],
    ],
  ])('to create an app with %j is refused', (body, errors) => {
    expect(errorsOf('apps.create', { ...NOTHING, body })).toEqual(errors)
  })

  test('is told what is wrong with the name of a variable', () => {
    const given = { ...NOTHING, params: { slug: 'shop' }, body: { set: { '1x': { value: 'a' } } } }

    expect(errorsOf('env.update', given)).toEqual([
      { path: 'set.1x', message: 'may hold letters, digits and _ only, and not begin with a digit' },
    ])
  })

  test('for a deployment is told about the alternative it meant', () => {
    const given = { ...NOTHING, params: { slug: 'shop' } }

    expect(errorsOf('deployments.create', { ...given, body: { git: { url: 7 } } })).toEqual([
      { path: 'git.url', message: 'must be of type string' },
    ])
    expect(
      errorsOf('deployments.create', { ...given, body: { git: { url: 'https://x', branch: 'main' } } }),
    ).toEqual([{ path: 'git.branch', message: 'is not known here' }])
    expect(errorsOf('deployments.create', { ...given, body: {} }).length).toBeGreaterThan(0)
  })
})

function errorsOf(
  id: Parameters<typeof endpointOf>[0],
  given: Parameters<typeof validateRequest>[1],
): unknown[] {
  try {
    validateRequest(endpointOf(id), given)
  } catch (error) {
    expect(error).toMatchObject({ code: 'invalid_input', status: 400 })
    return (error as { errors: unknown[] }).errors
  }
  return []
}

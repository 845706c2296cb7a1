import { endpoints } from '@seaworthy/api'
import { describe, expect, test } from 'vitest'
import { type Actor, actorName, can } from './policy.ts'

const OWNER: Actor = {
  kind: 'owner',
  userId: 'u1',
  email: 'ada@example.org',
  name: 'Ada',
  expiresAt: 0,
  token: 't',
}
const PUBLIC_ENDPOINTS = ['session.create', 'setup.claim', 'setup.get']

describe('the policy', () => {
  test('lets nobody in without signing in, but for setup and sign-in', () => {
    const open = endpoints.filter(({ action }) => can({ kind: 'public' }, action)).map(({ id }) => id)

    expect(open.toSorted()).toEqual(PUBLIC_ENDPOINTS)
  })

  test('keeps the setup link for the machine itself', () => {
    const refused = endpoints.filter(({ action }) => !can(OWNER, action)).map(({ id }) => id)

    expect(refused).toEqual(['setup.link'])
    expect(endpoints.every(({ action }) => can({ kind: 'local' }, action))).toBe(true)
  })

  test('names who did something', () => {
    expect(actorName(OWNER)).toBe('ada@example.org')
    expect(actorName({ kind: 'local' })).toBe('local')
  })
})

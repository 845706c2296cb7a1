import { expect, test } from 'vitest'
import { ApiError } from './client.ts'
import { IdentityCheck, withFreshSignIn } from './identity-check.ts'

const STALE = new ApiError({ status: 403, code: 'fresh_sign_in_needed', detail: 'Confirm that it is you.' })

test('what needs a fresh sign-in runs again once it is confirmed', async () => {
  const check = new IdentityCheck()
  check.subscribe(() => {})
  let confirmed = false

  const done = withFreshSignIn(async () => {
    if (!confirmed) throw STALE
    return 'made'
  }, check)
  await waitUntil(check.isAsked)
  confirmed = true
  check.answer(true)

  expect(await done).toBe('made')
  expect(check.isAsked()).toBe(false)
})

test('who declines is told what the API said', async () => {
  const check = new IdentityCheck()
  check.subscribe(() => {})

  const done = withFreshSignIn(() => Promise.reject(STALE), check)
  const outcome = expect(done).rejects.toBe(STALE)
  await waitUntil(check.isAsked)
  check.answer(false)

  await outcome
})

test('where no dialog can ask, and for every other refusal, nothing waits', async () => {
  const other = new ApiError({ status: 403, code: 'not_allowed', detail: 'No.' })
  const check = new IdentityCheck()

  await expect(withFreshSignIn(() => Promise.reject(STALE), check)).rejects.toBe(STALE)
  check.subscribe(() => {})
  await expect(withFreshSignIn(() => Promise.reject(other), check)).rejects.toBe(other)
})

async function waitUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await Promise.resolve()
}

import { expect, expectTypeOf, test } from 'vitest'
import { waitFor } from './wait-for.ts'

test('resolves with the first truthy value', async () => {
  let asked = 0

  const value = await waitFor(() => (++asked === 3 ? 'there' : undefined))

  expect(value).toBe('there')
  expect(asked).toBe(3)
  expectTypeOf(value).toEqualTypeOf<string>()
})

test('a condition that throws counts as not yet', async () => {
  let asked = 0

  await waitFor(async () => {
    if (++asked < 3) throw new Error('not yet')
    return true
  })

  expect(asked).toBe(3)
})

test('names what it waited for, with the last error as cause', async () => {
  const waiting = waitFor(() => Promise.reject(new Error('refused')), { timeoutMs: 50, what: 'the edge' })

  await expect(waiting).rejects.toThrow('Waited 50 ms in vain for the edge.')
  await expect(waiting).rejects.toMatchObject({ cause: { message: 'refused' } })
})

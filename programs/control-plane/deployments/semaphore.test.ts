import { expect, test } from 'vitest'
import { Semaphore } from './semaphore.ts'

const never = new AbortController().signal

test('only so many are in at once, and the next waits for a place', async () => {
  const slots = new Semaphore(1)
  const leave = await slots.acquire(never)
  let waited = false
  let entered = false

  const second = slots.acquire(never, () => {
    waited = true
  })
  second.then(() => {
    entered = true
  })
  await Promise.resolve()
  expect({ waited, entered }).toEqual({ waited: true, entered: false })
  leave()

  expect(typeof (await second)).toBe('function')
})

test('giving a place back twice frees it once', async () => {
  const slots = new Semaphore(1)
  const leave = await slots.acquire(never)
  leave()
  leave()
  await slots.acquire(never)
  let waited = false

  slots.acquire(never, () => {
    waited = true
  })

  expect(waited).toBe(true)
})

test('one who gives up waiting leaves the queue', async () => {
  const slots = new Semaphore(1)
  const leave = await slots.acquire(never)
  const impatient = new AbortController()
  const waiting = slots.acquire(impatient.signal)
  const patient = slots.acquire(never)

  impatient.abort(new Error('cancelled'))
  await expect(waiting).rejects.toThrow('cancelled')
  leave()

  expect(typeof (await patient)).toBe('function')
})

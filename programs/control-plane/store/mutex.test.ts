import { expect, test } from 'vitest'
import { Mutex } from './mutex.ts'

test('lets one in at a time, in the order of asking', async () => {
  const mutex = new Mutex()
  const entered: number[] = []
  await mutex.lock()
  const waiting = [1, 2, 3].map(async number => {
    await mutex.lock()
    entered.push(number)
  })
  expect(entered).toEqual([])

  for (const expected of [[1], [1, 2], [1, 2, 3]]) {
    mutex.unlock()
    await waiting[expected.length - 1]
    expect(entered).toEqual(expected)
  }
})

test('who gives up waiting does not hold the others up', async () => {
  const mutex = new Mutex()
  await mutex.lock()
  expect(await mutex.lock(10)).toBe(false)
  const patient = mutex.lock()

  mutex.unlock()

  expect(await patient).toBe(true)
  mutex.unlock()
  expect(await mutex.lock()).toBe(true)
})

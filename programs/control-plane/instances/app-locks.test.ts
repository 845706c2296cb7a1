import { expect, test } from 'vitest'
import { AppLocks } from './app-locks.ts'

test('changes of one app run one after another, in the order they came', async () => {
  const locks = new AppLocks()
  const seen: string[] = []
  const first = Promise.withResolvers<void>()

  const a = locks.run('app', async () => {
    await first.promise
    seen.push('a')
  })
  const b = locks.run('app', async () => {
    seen.push('b')
  })
  first.resolve()
  await Promise.all([a, b])

  expect(seen).toEqual(['a', 'b'])
})

test('changes of different apps do not wait for each other', async () => {
  const locks = new AppLocks()
  const never = Promise.withResolvers<void>()
  const held = locks.run('one', () => never.promise)

  expect(await locks.run('other', async () => 'done')).toBe('done')

  never.resolve()
  await held
})

test('a change that failed does not stop the next one', async () => {
  const locks = new AppLocks()

  const failed = locks.run('app', async () => {
    throw new Error('broken')
  })
  const next = locks.run('app', async () => 'fine')

  await expect(failed).rejects.toThrow('broken')
  expect(await next).toBe('fine')
})

test('a holder hears that it is asked to give up', async () => {
  const locks = new AppLocks()
  const held = locks.run('app', async preempted => {
    await new Promise(resolve => preempted.addEventListener('abort', resolve))
    return preempted.aborted
  })
  await Promise.resolve()

  locks.preempt('app')

  expect(await held).toBe(true)
})

import { waitFor } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { Deadlines } from '../proxy/deadlines.ts'
import { createLimitsMemory, forgetWorkerLimits } from './limit-memory.ts'
import { Places } from './places.ts'
import { type QueueScope, RequestQueue } from './request-queue.ts'
import { SharedCells } from './shared-cells.ts'

/** Two queues as two threads have them: they share nothing but memory. */
function twoThreads() {
  const memory = createLimitsMemory(2)
  const threads = [0, 1].map(worker => {
    const places = new Places(new SharedCells({ memory: memory.places, worker, workers: 2 }))
    return { places, queue: new RequestQueue({ memory, worker, places, deadlines: new Deadlines() }) }
  })
  const [first, second] = threads as [(typeof threads)[0], (typeof threads)[0]]
  const scope: QueueScope = { key: first.places.keyOf('shop'), most: 1, maxRequests: 10, waitMs: 600_000 }
  const log: string[] = []
  const join = (thread: typeof first, name: string, change: Partial<QueueScope> = {}) =>
    thread.queue.join(
      { ...scope, ...change },
      { onPlace: () => log.push(name), onLate: () => log.push(`${name} late`) },
    )
  const leave = (thread: typeof first) => {
    thread.places.leave(scope.key)
    thread.queue.freed(scope.key)
  }
  return { memory, first, second, scope, log, join, leave }
}

test('who waits gets the place in the order of coming, whatever the thread', async () => {
  const { first, second, scope, log, join, leave } = twoThreads()
  first.places.take(scope.key, 1)
  for (const [thread, name] of [
    [second, 'a'],
    [first, 'b'],
    [second, 'c'],
    [second, 'd'],
    [first, 'e'],
  ] as const)
    join(thread, name)

  let holder = first
  for (const [index, next] of [second, first, second, second, first].entries()) {
    leave(holder)
    await waitFor(() => log.length === index + 1)
    holder = next
  }

  expect(log).toEqual(['a', 'b', 'c', 'd', 'e'])
})

test('a queue is bounded over all threads', () => {
  const { first, second, scope, join } = twoThreads()
  first.places.take(scope.key, 1)

  expect(join(first, 'a', { maxRequests: 2 })).toBeDefined()
  expect(join(second, 'b', { maxRequests: 2 })).toBeDefined()
  expect(join(second, 'c', { maxRequests: 2 })).toBeUndefined()
  expect(first.queue.hasWaiting(scope.key)).toBe(true)
})

test('who waits for too long is told, and who gives up makes room for the next', async () => {
  const { first, second, scope, log, join, leave } = twoThreads()
  first.places.take(scope.key, 1)
  join(first, 'a', { waitMs: 1 })
  const giveUp = join(second, 'b')!
  join(first, 'c')
  await waitFor(() => log.includes('a late'))

  giveUp()
  leave(first)

  await waitFor(() => log.includes('c'))
  expect(log).toEqual(['a late', 'c'])
})

test('a thread that dies in front of the line lets the others through', async () => {
  const { memory, first, second, scope, log, join, leave } = twoThreads()
  first.places.take(scope.key, 1)
  join(second, 'of the dead')
  join(first, 'b')
  forgetWorkerLimits(memory, 1)

  leave(first)

  await waitFor(() => log.includes('b'))
})

test('thousands that wait and fail at once do not pile up on the stack', async () => {
  const { first, scope, log } = twoThreads()
  first.places.take(scope.key, 1)
  for (let index = 0; index < 20_000; index++) {
    first.queue.join(
      { ...scope, maxRequests: 20_000 },
      {
        onPlace: () => {
          log.push('place')
          first.places.leave(scope.key)
          first.queue.freed(scope.key)
        },
        onLate: () => undefined,
      },
    )
  }

  first.places.leave(scope.key)
  first.queue.freed(scope.key)

  await waitFor(() => log.length === 20_000)
})

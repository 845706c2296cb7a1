import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { Places } from './places.ts'
import { createCells, forgetWorkerCells, SharedCells } from './shared-cells.ts'

function twoWorkers() {
  const memory = createCells(2, 64)
  const [first, second] = [0, 1].map(worker => new Places(new SharedCells({ memory, worker, workers: 2 })))
  return { memory, first: first!, second: second! }
}

test('places are counted over all workers, and are free again when left', () => {
  const { first, second } = twoWorkers()
  const shop = first.keyOf('shop')

  expect([first.take(shop, 2), second.take(shop, 2), first.take(shop, 2), second.take(shop, 2)]).toEqual([
    true,
    true,
    false,
    false,
  ])
  second.leave(shop)
  expect(first.take(shop, 2)).toBe(true)
  expect(second.take(second.keyOf('blog'), 2)).toBe(true)
})

test('places of a worker that died are free again', () => {
  const { memory, first, second } = twoWorkers()
  const shop = first.keyOf('shop')
  for (let place = 0; place < 5; place++) second.take(shop, 10)
  first.take(shop, 10)

  forgetWorkerCells(memory, 1, 2)

  expect(first.taken(shop)).toBe(1)
})

test('many keys find their places, and leave none behind', () => {
  const { first } = twoWorkers()
  for (let round = 0; round < 50; round++) {
    const keys = Array.from({ length: 32 }, (_, index) => first.keyOf(`client ${round} ${index}`))
    for (const key of keys) first.take(key, 1)
    expect(keys.every(key => first.taken(key) === 1)).toBe(true)
    for (const key of keys) first.leave(key)
  }
  expect(first.taken(first.keyOf('client 0 0'))).toBe(0)
})

test('threads that take and leave at the same time never hold more than there are', async () => {
  const memory = createCells(3, 64)
  const most = 4
  const running = [0, 1, 2].map(worker => {
    const thread = new Worker(new URL('./fixtures/place-taker.ts', import.meta.url), {
      workerData: { memory, worker, workers: 3, most, rounds: 20_000 },
    })
    return new Promise<{ highest: number; taken: number }>((resolve, reject) => {
      thread.on('message', resolve)
      thread.on('error', reject)
    })
  })

  const results = await Promise.all(running)

  expect(Math.max(...results.map(({ highest }) => highest))).toBeLessThanOrEqual(most)
  expect(results.every(({ taken }) => taken > 0)).toBe(true)
  const watcher = new Places(new SharedCells({ memory, worker: 0, workers: 3 }))
  expect(watcher.taken(watcher.keyOf('shop'))).toBe(0)
})

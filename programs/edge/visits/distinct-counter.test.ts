import { hash } from 'node:crypto'
import { expect, test } from 'vitest'
import { DistinctCounter } from './distinct-counter.ts'

const hashOf = (number: number) =>
  Number.parseInt(hash('sha256', `visitor ${number}`, 'hex').slice(0, 13), 16)

function counterOf(visitors: number): DistinctCounter {
  const counter = new DistinctCounter()
  for (let number = 0; number < visitors; number++) counter.add(hashOf(number))
  return counter
}

test('few are counted exactly, each once', () => {
  const counter = counterOf(250)
  for (let number = 0; number < 250; number++) counter.add(hashOf(number))

  expect(counter.count()).toBe(250)
})

// Three standard errors of 1.6 %; the hashes are always the same, so this never fails by chance.
test.each([300, 2_000, 20_000, 300_000])('%i are counted within five per cent', visitors => {
  const counted = counterOf(visitors).count()

  expect(counted).toBeGreaterThan(visitors * 0.95)
  expect(counted).toBeLessThan(visitors * 1.05)
})

test.each([10, 5_000])('what was written down of %i goes on as if nothing had happened', visitors => {
  const counter = counterOf(visitors)
  const restored = DistinctCounter.from(JSON.parse(JSON.stringify(counter.state())))

  for (let number = 0; number < visitors; number++) restored.add(hashOf(number))

  expect(restored.count()).toBe(counter.count())
})

test('of many no hash is kept', () => {
  expect(counterOf(1_000).state()).toHaveProperty('registers')
})

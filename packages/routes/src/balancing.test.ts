import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pickTarget } from './balancing.ts'

test('picks a target with the fewest requests in flight, whatever the dice say', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(5), { minLength: 1 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (loads, dice) => {
        const picked = pickTarget([...loads.keys()], { inFlight: index => loads[index]!, random: () => dice })

        expect(loads[picked!]).toBe(Math.min(...loads))
      },
    ),
  )
})

test('gives equally loaded targets about the same share', () => {
  const shares = [0, 0, 0, 0]
  for (let round = 0; round < 8_000; round++) {
    shares[pickTarget([0, 1, 2, 3], { inFlight: () => 7, random: Math.random })!]!++
  }

  for (const share of shares) expect(share).toBeGreaterThan(1_700)
})

test('never picks a target that is not allowed, and says so when none is left', () => {
  const options = { inFlight: (n: number) => n, random: () => 0.5 }

  expect(pickTarget([1, 2, 3], { ...options, isAllowed: n => n > 1 })).toBe(2)
  expect(pickTarget([1, 2, 3], { ...options, isAllowed: () => false })).toBeUndefined()
  expect(pickTarget([], options)).toBeUndefined()
})

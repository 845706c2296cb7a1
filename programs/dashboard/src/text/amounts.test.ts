import { expect, test } from 'vitest'
import { amount, latency, memory, percent } from './amounts.ts'

test('amounts keep as many digits as somebody reads', () => {
  expect([0, 0.04, 0.44, 12.4, 1_234, 12_345].map(amount)).toEqual(['0', '0', '0.4', '12', '1,234', '12.3K'])
})

test('a few errors among very many are not shown as none', () => {
  expect([0, 0.0001, 0.003, 0.123].map(percent)).toEqual(['0 %', '< 0.1 %', '0.3 %', '12 %'])
})

test('latencies and memory come in the unit that fits', () => {
  expect([0, 0.2, 12.4, 1_240, 64_000].map(latency)).toEqual(['0 ms', '< 1 ms', '12 ms', '1.2 s', '64 s'])
  expect([5 * 1_048_576, 512 * 1_048_576, 1_536 * 1_048_576].map(memory)).toEqual([
    '5 MB',
    '512 MB',
    '1.5 GB',
  ])
})

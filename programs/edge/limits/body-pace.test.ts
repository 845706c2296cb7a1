import { expect, test } from 'vitest'
import { BodyPace } from './body-pace.ts'

function paced(bytesPerSecond: number) {
  const clock = { now: 0 }
  const pace = new BodyPace(bytesPerSecond, () => clock.now)
  pace.start()
  const after = (ms: number, bytes: number) => {
    clock.now += ms
    return pace.keeps(bytes)
  }
  return { pace, clock, after }
}

test('a body that trickles is found with the first bytes after ten seconds', () => {
  const { after } = paced(100)

  expect([after(3_000, 1), after(3_000, 1), after(3_999, 1), after(1, 1)]).toEqual([true, true, true, false])
})

test('a body that comes fast enough goes on for ever, in bursts too', () => {
  const { after } = paced(100)

  for (let minute = 0; minute < 10; minute++) expect(after(60_000, 6_000)).toBe(true)
  expect(after(60_000, 5_999)).toBe(false)
})

test('time in which the edge does not read is not held against the client', () => {
  const { pace, clock, after } = paced(100)
  after(1_000, 10)
  clock.now += 600_000
  pace.start()

  expect(after(9_000, 10)).toBe(true)
})

test('no bound, no refusal', () => {
  expect(paced(0).after(1_000_000, 1)).toBe(true)
})

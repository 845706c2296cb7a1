import fc from 'fast-check'
import { expect, test } from 'vitest'
import { forecastDisk } from './disk-forecast.ts'

const HOUR = 3_600_000
const GB = 1e9

/** One point an hour. */
function hours(count: number, usedAt: (hour: number) => number) {
  return Array.from({ length: count }, (_, hour) => ({ at: hour * HOUR, usedBytes: usedAt(hour) }))
}

const disk = (hour: number) => ({ totalBytes: 100 * GB, now: hour * HOUR })

test('a disk that fills evenly is full when the line says so', () => {
  const forecast = forecastDisk(
    hours(48, hour => 50 * GB + hour * 0.1 * GB),
    disk(47),
  )

  expect(forecast).toMatchObject({ state: 'growing', bytesPerDay: 2.4 * GB })
  const hoursLeft = ((forecast as { fullAt: number }).fullAt - 47 * HOUR) / HOUR
  expect(hoursLeft).toBeGreaterThan(440)
  expect(hoursLeft).toBeLessThan(465)
})

test('builds that come and go do not change it much', () => {
  const noise = fc.array(fc.tuple(fc.nat({ max: 71 }), fc.integer({ min: 1, max: 30 })), { maxLength: 8 })
  fc.assert(
    fc.property(noise, bursts => {
      const points = hours(72, hour => 50 * GB + hour * 0.1 * GB)
      for (const [hour, size] of bursts) points[hour]!.usedBytes += size * GB

      const forecast = forecastDisk(
        points.slice(0, 69).concat(hours(72, hour => 50 * GB + hour * 0.1 * GB).slice(69)),
        disk(71),
      )

      expect(forecast.state).toBe('growing')
      expect((forecast as { bytesPerDay: number }).bytesPerDay).toBeGreaterThan(1.5 * GB)
      expect((forecast as { bytesPerDay: number }).bytesPerDay).toBeLessThan(3.5 * GB)
    }),
    { numRuns: 40 },
  )
})

test.each([
  ['stays as it is', () => 50 * GB],
  ['becomes emptier', (hour: number) => 50 * GB - hour * 0.1 * GB],
  ['would be full in a hundred years', (hour: number) => 50 * GB + hour * 50_000],
  ['was filled once and never since', (hour: number) => (hour < 3 ? 10 : 60) * GB],
])('one that %s does not grow', (_, usedAt) => {
  expect(forecastDisk(hours(100, usedAt), disk(99))).toEqual({ state: 'not-growing' })
})

test.each([
  ['no measure', []],
  ['a few measures', hours(4, hour => hour * GB)],
  ['many within an hour', hours(50, hour => hour).map(({ at, usedBytes }) => ({ at: at / 50, usedBytes }))],
])('%s is too little to tell', (_, points) => {
  expect(forecastDisk(points, disk(50))).toEqual({ state: 'unknown' })
})

test('one that is full already is full now', () => {
  const forecast = forecastDisk(
    hours(24, hour => 99 * GB + hour * 0.1 * GB),
    disk(23),
  )

  expect(forecast).toMatchObject({ state: 'growing', fullAt: 23 * HOUR })
})

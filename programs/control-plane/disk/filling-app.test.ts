import { describe, expect, test } from 'vitest'
import { fillingApp, hasLost, isRunningFull } from './filling-app.ts'

const MB = 1_048_576
const look = (seconds: number, freeMb: number) => ({ at: seconds * 1000, freeBytes: freeMb * MB })
const volumes = (seconds: number, freeMb: number, apps: Record<string, number>) => ({
  ...look(seconds, freeMb),
  bytesByApp: new Map(Object.entries(apps).map(([id, mb]) => [id, mb * MB])),
})

describe('a disk of which 512 MB are kept', () => {
  const kept = 512 * MB

  test.each([
    ['is full at the first look', undefined, look(1, 500), true],
    ['has room at the first look', undefined, look(1, 600), false],
    ['loses 10 MB a second with 600 MB left', look(0, 610), look(1, 600), false],
    ['loses 20 MB a second with 600 MB left', look(0, 620), look(1, 600), true],
    ['loses 1 GB a second with 5 GB left', look(0, 6144), look(1, 5120), true],
    ['lost 20 MB in a minute with 600 MB left', look(0, 620), look(60, 600), false],
    ['gets room back', look(0, 550), look(1, 600), false],
  ])('%s', (_, before, now, isFull) => {
    expect(isRunningFull(before, now, kept)).toBe(isFull)
  })
})

test('a disk that loses less than a megabyte names nobody', () => {
  expect(hasLost(look(0, 100), look(1, 99.5))).toBe(false)
  expect(hasLost(look(0, 100), look(9, 99))).toBe(true)
})

describe('what a disk lost', () => {
  test('is the doing of the app whose volumes took most of it', () => {
    const found = fillingApp(
      volumes(0, 500, { big: 9000, quick: 10 }),
      volumes(1, 400, { big: 9020, quick: 85 }),
    )

    expect(found).toEqual({ appId: 'quick', grewBytes: 75 * MB })
  })

  test('is nobody’s when no app took half of it', () => {
    const apps = [
      { one: 0, two: 0 },
      { one: 40, two: 45 },
    ] as const
    expect(fillingApp(volumes(0, 500, apps[0]), volumes(1, 400, apps[1]))).toBeUndefined()
  })

  test('is not the doing of an app that was not there at the first look', () => {
    expect(fillingApp(volumes(0, 500, {}), volumes(1, 400, { late: 900 }))).toBeUndefined()
  })
})

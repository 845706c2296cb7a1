import { expect, test } from 'vitest'
import { byApp, byKind, type DiskPart } from './disk-parts.ts'

const ENTRIES: DiskPart[] = [
  { kind: 'log', app: 'shop', bytes: 30 },
  { kind: 'volume', app: 'shop', bytes: 50 },
  { kind: 'log', app: 'blog', bytes: 20 },
  { kind: 'artifact', app: null, bytes: 200 },
  { kind: 'backup', app: null, bytes: 0 },
]

test('kinds are summed over apps, the largest first, and then what is not of the platform', () => {
  const sums = byKind({ entries: ENTRIES, totalBytes: 1000, freeBytes: 600 })

  expect(sums.map(({ name, bytes }) => [name, bytes])).toEqual([
    ['artifact', 200],
    ['log', 50],
    ['volume', 50],
    ['rest', 100],
  ])
})

test('a disk of its own for Docker leaves no rest below nothing', () => {
  expect(byKind({ entries: ENTRIES, totalBytes: 1000, freeBytes: 900 }).at(-1)!.name).not.toBe('rest')
})

test('apps are summed over kinds, and what is shared has no name', () => {
  const sums = byApp({ entries: ENTRIES })

  expect(sums.map(({ name, bytes }) => [name, bytes])).toEqual([
    ['', 200],
    ['shop', 80],
    ['blog', 20],
  ])
  expect(sums[1]!.parts.map(({ kind }) => kind)).toEqual(['volume', 'log'])
})

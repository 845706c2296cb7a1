import { expect, test } from 'vitest'
import type { App } from '../api/queries.ts'
import type { AppFigures, Change, Figures } from '../api/sight-queries.ts'
import { type KnownOfApp, suggestions } from './suggestions.ts'

test('an app that is fine and has a domain needs nothing', () => {
  expect(ids({})).toEqual([])
  expect(ids({ figures: counted(1_000, 2) })).toEqual([])
})

test('failing answers lead to the requests that failed, but a few requests prove nothing', () => {
  const [first] = suggestions({ ...FINE, figures: counted(1_000, 40) })

  expect(first).toMatchObject({ id: 'failing', to: '/apps/$slug/requests', search: { status: '5xx' } })
  expect(first!.text).toContain('4 %')
  expect(ids({ figures: counted(5, 5) })).toEqual([])
})

test('what ended for lack of memory comes before everything else', () => {
  const changes = [change('crash'), change('out-of-memory'), change('out-of-memory')]

  expect(ids({ changes, figures: counted(1_000, 500), domains: 0 })).toEqual([
    'oom',
    'failing',
    'crashes',
    'domain',
  ])
})

test('memory near its limit is told, without a limit nothing is', () => {
  const now = { memoryBytes: 95, memoryLimitBytes: 100 } as AppFigures

  expect(ids({ now })).toEqual(['memory'])
  expect(ids({ now: { ...now, memoryLimitBytes: null } })).toEqual([])
})

test('one slow minute is chance, many are not', () => {
  const slow = (p95Ms: number[]) => ({ ...counted(0, 0), p95Ms })

  expect(ids({ figures: slow([10, 20, 3_000, 10, 10]) })).toEqual([])
  expect(ids({ figures: slow([1_500, 2_000, 10]) })).toEqual(['slow'])
})

const FINE: KnownOfApp = {
  app: { lastDeployment: null, currentRelease: { version: 1, createdAt: '' } } as App,
  now: undefined,
  figures: undefined,
  changes: [],
  domains: 1,
}

const ids = (known: Partial<KnownOfApp>) => suggestions({ ...FINE, ...known }).map(({ id }) => id)
const change = (kind: Change['kind']) => ({ kind }) as Change

function counted(requests: number, failures: number): Figures {
  const zero = [0]
  return {
    requests: [requests],
    failures: [failures],
    edgeFailures: zero,
    cacheHits: zero,
    bytesOut: zero,
    p95Ms: [null],
  } as unknown as Figures
}

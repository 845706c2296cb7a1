import { describe, expect, test } from 'vitest'
import {
  budgetOf,
  forecast,
  type GovernorFacts,
  planBuilds,
  type RunningBuild,
  type WaitingBuild,
} from './governor-plan.ts'

const GB = 1024 ** 3
const CALM = { memorySome: 0, memoryFull: 0, ioFull: 0 }

function facts(more: Partial<GovernorFacts> = {}): GovernorFacts {
  return {
    memory: { total: 4 * GB, available: 4 * GB },
    reservedBytes: 1 * GB,
    slots: 2,
    pressure: CALM,
    running: [],
    waiting: [],
    nowMs: 0,
    ...more,
  }
}

const waiting = (app: string, needGb: number, more: Partial<WaitingBuild> = {}): WaitingBuild => ({
  id: `${app}-build`,
  app,
  needBytes: needGb * GB,
  sinceMs: 0,
  ...more,
})

const running = (app: string, limitGb: number, expectedEndMs?: number): RunningBuild => ({
  id: `${app}-build`,
  app,
  limitBytes: limitGb * GB,
  usedBytes: 0,
  ...(expectedEndMs === undefined ? {} : { expectedEndMs }),
})

describe('planning builds', () => {
  test('limits never add up to more than the budget', () => {
    const { admit } = planBuilds(facts({ waiting: [waiting('api', 0.4), waiting('web', 1)] }))

    expect(admit).toEqual([
      { id: 'api-build', limitBytes: 1.5 * GB },
      { id: 'web-build', limitBytes: 1.5 * GB },
    ])
  })

  test('a large build waits with the reason and the time', () => {
    const { wait } = planBuilds(
      facts({ running: [running('api', 1.8, 38_000)], waiting: [waiting('shop', 1.9)] }),
    )

    expect(wait).toEqual([
      {
        id: 'shop-build',
        reason: "needs about 1.9 GB, 1.2 GB free; starts when api's build ends, in about 40 seconds",
      },
    ])
  })

  test('who came later does not pass by, or the large one would wait for ever', () => {
    const { admit, wait } = planBuilds(
      facts({ running: [running('api', 1.8)], waiting: [waiting('shop', 1.9), waiting('tiny', 0.1)] }),
    )

    expect(admit).toEqual([])
    expect(wait[1]!.reason).toBe("needs about 102 MB; starts after shop's build has started")
  })

  test('no more builds at once than there are slots', () => {
    const both = [running('api', 0.5, 300_000), running('web', 0.5, 20_000)]

    const { wait } = planBuilds(facts({ running: both, waiting: [waiting('shop', 0.1)] }))

    expect(wait[0]!.reason).toMatch(/^2 builds run already, the most at once here; starts when/)
  })

  test('memory that live apps took counts, whatever the budget is', () => {
    const tight = facts({ memory: { total: 4 * GB, available: 1.125 * GB } })

    expect(budgetOf(tight)).toBe(1 * GB)
    expect(planBuilds({ ...tight, waiting: [waiting('shop', 1)] }).wait[0]!.reason).toMatch(
      /^needs about 1\.0 GB, 1\.0 GB free; starts when other work on this server gives memory back/,
    )
  })

  test('who waits alone in vain gets what is free, or is refused where that cannot do', () => {
    const late = { nowMs: 61_000, waiting: [waiting('shop', 1)] }

    expect(planBuilds(facts({ ...late, memory: { total: 4 * GB, available: 1 * GB } })).admit).toHaveLength(1)
    expect(
      planBuilds(facts({ ...late, memory: { total: 4 * GB, available: 0.5 * GB } })).refuse[0]!.reason,
    ).toMatch(/needs about 1\.0 GB, and only 384 MB of this server's memory is free\. Stop an app/)
  })

  test('who asks for more than all builds may have is refused at once', () => {
    const { refuse } = planBuilds(facts({ waiting: [waiting('shop', 8, { declaredAt: { line: 4 } })] }))

    expect(refuse[0]!.reason).toBe(
      'Line 4 of seaworthy.json asks for 8.0 GB with "build.memoryMb"; all builds of this server together may use 3.0 GB.',
    )
  })

  test('who declares what it needs gets that, not its share of what is free', () => {
    const declaredAt = { line: 4 }
    const free = planBuilds(facts({ waiting: [waiting('shop', 0.5, { declaredAt })] }))
    const tight = planBuilds(
      facts({ running: [running('api', 2.7)], waiting: [waiting('shop', 0.5, { declaredAt })] }),
    )

    expect(free.admit).toEqual([{ id: 'shop-build', limitBytes: 0.5 * GB }])
    expect(tight.wait[0]!.reason).toMatch(/^needs about 512 MB, 307 MB free; starts when api's build ends/)
  })

  test('a guess beyond the budget is no reason to refuse: it gets all there is', () => {
    expect(planBuilds(facts({ waiting: [waiting('shop', 8)] })).admit).toEqual([
      { id: 'shop-build', limitBytes: 3 * GB },
    ])
  })

  test('under pressure no build begins beside another, but one alone does', () => {
    const pressure = { ...CALM, memorySome: 25 }

    const beside = planBuilds(
      facts({ pressure, running: [running('api', 0.5)], waiting: [waiting('b', 0.1)] }),
    )
    const alone = planBuilds(facts({ pressure, waiting: [waiting('b', 0.1)] }))

    expect(beside.wait[0]!.reason).toMatch(/short of memory or disk time/)
    expect(alone.admit).toHaveLength(1)
  })
})

test('the forecast goes by the largest peak, and by twice of it after a build that ran out', () => {
  const past = (gb: number | null, durationMs: number, ranOutOfMemory = false) => ({
    peakMemoryBytes: gb === null ? null : gb * GB,
    durationMs,
    ranOutOfMemory,
  })

  expect(forecast([])).toEqual({ needBytes: 1 * GB, durationMs: undefined })
  expect(forecast([past(0.5, 9), past(1.5, 5), past(null, 1)])).toEqual({
    needBytes: 1.5 * GB,
    durationMs: 5,
  })
  expect(forecast([past(2, 1, true)]).needBytes).toBe(4 * GB)
})

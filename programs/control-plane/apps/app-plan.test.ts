import { expect, test } from 'vitest'
import { type AppPlanFacts, planApp } from './app-plan.ts'

const APP = {
  slug: 'shop',
  name: 'Shop',
  state: 'active' as const,
  environment: 'production',
  sleep_after_minutes: null,
  scale_json: '{"web":2}',
}

function plan(change: AppPlanFacts['change'], facts: Partial<AppPlanFacts> = {}) {
  return planApp({ app: APP, running: { web: 2, worker: 1 }, limits: { memoryMb: 256 }, change, ...facts })
}

test('new limits replace every instance that runs, and say so once', () => {
  const { changes, effects } = plan({ limits: { memoryMb: 512, cpus: 1 } })

  expect(changes).toEqual([
    { key: 'limits.memoryMb', before: 256, after: 512 },
    { key: 'limits.cpus', before: null, after: 1 },
  ])
  expect(effects.map(({ text }) => text)).toEqual([
    '3 instances will be replaced by fresh ones, no request is dropped. Should they not become healthy, the present ones stay.',
  ])
})

test('a limit that is not named any more goes', () => {
  expect(plan({ limits: {} }).changes).toEqual([{ key: 'limits.memoryMb', before: 256, after: null }])
})

test('scaling says what starts and what stops, and warns where nothing is left', () => {
  expect(plan({ scale: { web: 4 } }).effects).toEqual([
    { text: '2 more instances of web will start; the others go on.', tone: 'calm' },
  ])
  expect(plan({ scale: { web: 1, worker: 1 } })).toEqual({
    changes: [{ key: 'scale.web', before: 2, after: 1 }],
    effects: [{ text: '1 instance of web will stop, once its last requests are answered.', tone: 'calm' }],
  })
  expect(plan({ scale: { web: 0 } }).effects[0]).toMatchObject({ tone: 'warn' })
})

test('an app that sleeps is not touched', () => {
  const app = { ...APP, state: 'asleep' as const }

  expect(plan({ scale: { web: 3 } }, { app }).effects[0]!.text).toMatch(/^No instance runs now/)
  expect(plan({ limits: { memoryMb: 512 } }, { app, running: {} }).effects[0]!.text).toMatch(
    /^No instance runs now/,
  )
})

test('the name and the sleep touch nothing that runs; what is set already is no change', () => {
  const { changes, effects } = plan({ settings: { name: 'Store', sleepAfterMinutes: 30 } })

  expect(changes.map(({ key }) => key)).toEqual(['name', 'sleepAfterMinutes'])
  expect(effects[1]!.text).toContain('30 minutes without a request')
  expect(plan({ settings: { name: 'Shop' } })).toEqual({
    changes: [],
    effects: [{ text: 'Nothing changes: all of this is set already.', tone: 'calm' }],
  })
})

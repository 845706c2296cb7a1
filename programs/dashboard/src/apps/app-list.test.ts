import { expect, test } from 'vitest'
import type { App } from '../api/queries.ts'
import type { AppFigures } from '../api/sight-queries.ts'
import { chooseApps, needsAttention, summarize, tagsOf } from './app-list.ts'

type LastDeployment = NonNullable<App['lastDeployment']>

const ALL = { search: '', show: 'all', sort: 'name' } as const

test('the search looks at names and slugs, whatever the case', () => {
  const apps = [app('shop', { name: 'Harbour' }), app('blog')]

  expect(slugs(chooseApps(apps, { ...ALL, search: ' HARB ' }))).toEqual(['shop'])
  expect(slugs(chooseApps(apps, { ...ALL, search: 'sho' }))).toEqual(['shop'])
})

test('a filter shows what fits', () => {
  const apps = [
    app('fine'),
    app('down', { lastDeployment: ended('failed') }),
    app('nap', { state: 'asleep' }),
  ]

  expect(slugs(chooseApps(apps, { ...ALL, show: 'attention' }))).toEqual(['down'])
  expect(slugs(chooseApps(apps, { ...ALL, show: 'asleep' }))).toEqual(['nap'])
})

test('a tag narrows the list, and the search finds tags', () => {
  const apps = [app('shop', { tags: ['sales', 'eu'] }), app('blog', { tags: ['eu'] }), app('wiki')]

  expect(slugs(chooseApps(apps, { ...ALL, tag: 'sales' }))).toEqual(['shop'])
  expect(slugs(chooseApps(apps, { ...ALL, search: 'EU' }))).toEqual(['blog', 'shop'])
  expect(tagsOf(apps)).toEqual(['eu', 'sales'])
})

test('what fails comes first, then what needs somebody, then the rest by name', () => {
  const apps = [app('alright'), app('undeployed', { lastDeployment: ended('failed') }), app('zz-broken')]
  const known = new Map([['zz-broken', figures({ errorRate: 0.5 })]])

  expect(slugs(chooseApps(apps, { ...ALL, sort: 'attention' }, known))).toEqual([
    'zz-broken',
    'undeployed',
    'alright',
  ])
})

test('the newest comes first, and what never happened comes last', () => {
  const apps = [app('never'), app('old', { lastRequestAt: at(1) }), app('new', { lastRequestAt: at(2) })]

  expect(slugs(chooseApps(apps, { ...ALL, sort: 'requested' }))).toEqual(['new', 'old', 'never'])
})

test('the summary counts those that need somebody, and those that move', () => {
  const moving = { ...ended('starting'), finishedAt: null }
  const apps = [app('a', { lastDeployment: moving }), app('b', { state: 'suspended' }), app('c')]

  expect(summarize(apps)).toEqual({ total: 3, attention: 1, moving: 1, requestsPerMinute: 0 })
})

test('a cancelled deployment is no reason to worry', () => {
  expect(needsAttention(app('a', { lastDeployment: ended('cancelled') }))).toBe(false)
})

test('many failing answers need somebody, a few do not', () => {
  expect(needsAttention(app('a'), figures({ errorRate: 0.5 }))).toBe(true)
  expect(needsAttention(app('a'), figures({ errorRate: 0.01 }))).toBe(false)
  expect(needsAttention(app('a'), figures({ errorRate: null }))).toBe(false)
})

test('the most of a figure comes first, and what is unknown comes last by its name', () => {
  const apps = [app('z-new'), app('a-new'), app('calm'), app('busy')]
  const known = new Map([
    ['calm', figures({ requestsPerMinute: 1, memoryBytes: 90, memoryLimitBytes: 100 })],
    ['busy', figures({ requestsPerMinute: 90, memoryBytes: 100, memoryLimitBytes: 400 })],
  ])

  expect(slugs(chooseApps(apps, { ...ALL, sort: 'traffic' }, known))).toEqual([
    'busy',
    'calm',
    'a-new',
    'z-new',
  ])
  expect(slugs(chooseApps(apps, { ...ALL, sort: 'memory' }, known))[0]).toBe('calm')
})

test('apps with errors can be picked out, and the traffic of all is summed', () => {
  const apps = [app('broken'), app('fine'), app('unknown')]
  const known = new Map([
    ['broken', figures({ errorRate: 0.001, requestsPerMinute: 2 })],
    ['fine', figures({ errorRate: 0, requestsPerMinute: 3 })],
  ])

  expect(slugs(chooseApps(apps, { ...ALL, show: 'errors' }, known))).toEqual(['broken'])
  expect(summarize(apps, known)).toMatchObject({ attention: 0, requestsPerMinute: 5 })
})

function figures(fields: Partial<AppFigures>): AppFigures {
  return {
    slug: 'any',
    requestsPerMinute: 0,
    p95Ms: null,
    errorRate: null,
    memoryBytes: null,
    memoryLimitBytes: null,
    cpus: null,
    sparkline: [],
    ...fields,
  }
}

function app(slug: string, fields: Partial<App> = {}) {
  return {
    slug,
    name: slug,
    state: 'active',
    tags: [],
    lastDeployment: null,
    lastRequestAt: null,
    ...fields,
  } as App
}

function ended(state: LastDeployment['state']): LastDeployment {
  return { number: 1, state, reason: 'deploy', createdAt: at(1), finishedAt: at(2) }
}

function at(day: number): string {
  return `2026-01-0${day}T00:00:00.000Z`
}

function slugs(apps: readonly { slug: string }[]): string[] {
  return apps.map(({ slug }) => slug)
}

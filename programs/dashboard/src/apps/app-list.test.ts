import { expect, test } from 'vitest'
import type { App } from '../api/queries.ts'
import { chooseApps, needsAttention, summarize } from './app-list.ts'

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

test('the newest comes first, and what never happened comes last', () => {
  const apps = [app('never'), app('old', { lastRequestAt: at(1) }), app('new', { lastRequestAt: at(2) })]

  expect(slugs(chooseApps(apps, { ...ALL, sort: 'requested' }))).toEqual(['new', 'old', 'never'])
})

test('the summary counts those that need somebody, and those that move', () => {
  const moving = { ...ended('starting'), finishedAt: null }
  const apps = [app('a', { lastDeployment: moving }), app('b', { state: 'suspended' }), app('c')]

  expect(summarize(apps)).toEqual({ total: 3, attention: 1, moving: 1 })
})

test('a cancelled deployment is no reason to worry', () => {
  expect(needsAttention(app('a', { lastDeployment: ended('cancelled') }))).toBe(false)
})

function app(slug: string, fields: Partial<App> = {}) {
  return { slug, name: slug, state: 'active', lastDeployment: null, lastRequestAt: null, ...fields } as App
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

import { QueryClientProvider } from '@tanstack/react-query'
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from '@tanstack/react-router'
import { fireEvent, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { expect, test } from 'vitest'
import { createQueryClient } from '../api/query-client.ts'
import { startTinyApi } from '../testing/tiny-api.ts'
import { logWords as words } from '../words/en/logs.ts'
import { LogFilters } from './log-filters.tsx'
import type { LogSearch } from './log-search.ts'

const user = userEvent.setup()
const SHOP = { slug: 'shop', scale: { web: 1, worker: 2 }, lastDeployment: null }

test('each filter is one part of the search, and none of it when all are meant', async () => {
  const { search } = await showFilters({})

  await user.type(await screen.findByRole('searchbox', { name: words.search }), 'oops')
  await choose(words.level, words.levels.error!)
  await choose(words.process, 'worker')
  await choose(words.instance, 'bcdefgh1')
  expect(search()).toEqual({ grep: 'oops', level: 'error', process: 'worker', instance: 'abcdefgh1' })
  await choose(words.level, words.levels.all!)
  await choose(words.process, words.allProcesses)
  await choose(words.instance, words.allInstances)

  expect(search()).toEqual({ grep: 'oops', level: undefined, process: undefined, instance: undefined })
})

test('what the address names can be chosen, though nothing of it is seen any more', async () => {
  await showFilters({ process: 'old', instance: 'gone-instance' })

  expect(optionsOf(await screen.findByLabelText(words.process))).toEqual([
    ...[words.allProcesses, 'web', 'worker', 'old'],
  ])
  expect(optionsOf(screen.getByLabelText(words.instance))).toContain('instance')
})

test('a time is jumped to once it is a whole one, in the zone of the viewer', async () => {
  const { search } = await showFilters({ line: '000000000000007' })
  const field = await screen.findByLabelText(words.jump)

  fireEvent.change(field, { target: { value: '' } })
  expect(search().line).toBe('000000000000007')
  fireEvent.change(field, { target: { value: '2026-03-01T10:15' } })

  expect(search()).toEqual({ at: new Date('2026-03-01T10:15').toISOString(), line: undefined })
  expect(screen.getByLabelText<HTMLInputElement>(words.jump).value).toBe('2026-03-01T10:15')
})

test('back to the live log, no time is left in the search', async () => {
  const { search } = await showFilters({ at: '2026-03-01T10:15:00.000Z' })

  await choose(words.span, words.spans.live!)

  expect(search()).toEqual({ span: 'live', at: undefined, line: undefined })
  expect(screen.queryByLabelText(words.jump)).toBeNull()
  await choose(words.span, words.spans.at!)
  expect(Date.parse(search().at!)).toBeGreaterThan(Date.parse('2026-03-02'))
})

async function choose(label: string, option: string): Promise<void> {
  await user.selectOptions(await screen.findByLabelText(label), option)
}

function optionsOf(select: HTMLElement): (string | null)[] {
  return within(select)
    .getAllByRole('option')
    .map(({ textContent }) => textContent)
}

async function showFilters(initial: LogSearch): Promise<{ search(): LogSearch }> {
  await startTinyApi({ 'GET /api/v1/apps/shop': () => SHOP })
  let latest = initial
  const root = createRootRoute()
  const page = createRoute({
    getParentRoute: () => root,
    path: '/apps/$slug',
    component: () => <Filters initial={initial} onSearch={search => (latest = search)} />,
  })
  const history = createMemoryHistory({ initialEntries: ['/apps/shop'] })
  const router = createRouter({ routeTree: root.addChildren([page]), history })
  render(
    <QueryClientProvider client={createQueryClient()}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  )
  await screen.findByRole('searchbox')
  return { search: () => latest }
}

function Filters({ initial, onSearch }: { initial: LogSearch; onSearch(search: LogSearch): void }) {
  const [search, setSearch] = useState(initial)
  const change = (part: object) => {
    const next = { ...search, ...part }
    setSearch(next)
    onSearch(next)
  }
  return <LogFilters search={search} instances={['abcdefgh1']} onChange={change} />
}

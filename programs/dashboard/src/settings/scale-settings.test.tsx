import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { App } from '../api/queries.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { pageWords } from '../words/en/pages.ts'
import { planWords } from '../words/en/plan.ts'
import { settingWords } from '../words/en/settings.ts'
import { ScaleSettings } from './scale-settings.tsx'

const w = pageWords.settings
const user = userEvent.setup()
const RELEASE = 'GET /api/v1/apps/shop/releases/3'
const PLAN = 'POST /api/v1/apps/shop/plan'
const SCALE = 'PUT /api/v1/apps/shop/scale'
const RESTART = 'POST /api/v1/apps/shop/restart'
const RELEASED = { version: 3, processes: { web: 'node server.js', worker: 'node work.js', release: 'x' } }
const PLANNED = {
  changes: [{ key: 'scale.worker', before: 1, after: 0 }],
  effects: [{ text: 'Its worker stops.', tone: 'warn' }],
}

test('a number of instances is planned first, and set once the plan was accepted', async () => {
  const { asked } = await startTinyApi({
    [RELEASE]: () => RELEASED,
    [PLAN]: () => PLANNED,
    [SCALE]: () => ({ web: 2, worker: 0 }),
  })
  await showInPage(<ScaleSettings app={shop()} />)

  await press(w.fewer('worker'))
  expect(countOf('worker')).toBe('0')
  await user.click(screen.getByRole('button', { name: planWords.review }))
  const plan = within(await screen.findByRole('dialog', { name: planWords.title }))
  plan.getByRole('region', { name: settingWords.instancesOf('worker') })
  plan.getByText('Its worker stops.')
  expect(orders(asked)).toEqual([{ what: PLAN, body: { scale: { worker: 0 } } }])
  await user.click(plan.getByRole('button', { name: planWords.confirm }))

  await screen.findByText(w.scaled)
  expect(orders(asked).at(-1)).toEqual({ what: SCALE, body: { worker: 0 } })
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('nothing can be planned before a number differs, and there are no fewer than none', async () => {
  await startTinyApi({ [RELEASE]: () => RELEASED })
  await showInPage(<ScaleSettings app={shop()} />)

  await press(w.fewer('worker'))
  expect(isOff(w.fewer('worker'))).toBe(true)
  expect(isOff(planWords.review)).toBe(false)
  await press(w.moreOf('worker'))

  expect(countOf('worker')).toBe('1')
  expect(isOff(planWords.review)).toBe(true)
  expect(screen.queryByRole('group', { name: w.instancesOf('release') })).toBeNull()
})

test('a plan that is left sends nothing, and keeps the chosen number', async () => {
  const { asked } = await startTinyApi({ [RELEASE]: () => RELEASED, [PLAN]: () => PLANNED })
  await showInPage(<ScaleSettings app={shop()} />)

  await press(w.fewer('worker'))
  await user.click(screen.getByRole('button', { name: planWords.review }))
  await screen.findByRole('dialog')
  await user.keyboard('{Escape}')

  expect(screen.queryByRole('dialog')).toBeNull()
  expect(orders(asked).map(({ what }) => what)).toEqual([PLAN])
  expect(countOf('worker')).toBe('0')
})

test('a refusal of what was planned stands in the plan, and is gone with it', async () => {
  const refusal = refuse({ status: 409, code: 'quota_exceeded', detail: 'The team has no room for it.' })
  await startTinyApi({ [RELEASE]: () => RELEASED, [PLAN]: () => PLANNED, [SCALE]: () => refusal })
  await showInPage(<ScaleSettings app={shop()} />)

  await press(w.fewer('worker'))
  await user.click(screen.getByRole('button', { name: planWords.review }))
  const plan = within(await screen.findByRole('dialog'))
  await user.click(plan.getByRole('button', { name: planWords.confirm }))
  await plan.findByText('The team has no room for it.')
  await user.keyboard('{Escape}')

  await user.click(screen.getByRole('button', { name: planWords.review }))
  await screen.findByRole('dialog')
  expect(screen.queryByText('The team has no room for it.')).toBeNull()
})

test('a plan that is refused says so in the card', async () => {
  const refusal = refuse({ status: 409, code: 'busy', detail: 'Another change is under way.' })
  await startTinyApi({ [RELEASE]: () => RELEASED, [PLAN]: () => refusal })
  await showInPage(<ScaleSettings app={shop()} />)

  await press(w.moreOf('web'))
  await user.click(screen.getByRole('button', { name: planWords.review }))

  await screen.findByText('Another change is under way.')
  expect(countOf('web')).toBe('3')
})

test('a restart leads to its deployment', async () => {
  await startTinyApi({ [RELEASE]: () => RELEASED, [RESTART]: () => ({ number: 8 }) })
  const page = await showInPage(<ScaleSettings app={shop()} />)

  await user.click(screen.getByRole('button', { name: pageWords.overview.restart }))

  await expect.poll(page.path).toBe('/apps/shop/deployments/8')
})

test('a restart that is refused is told of, and leads nowhere', async () => {
  const refusal = refuse({ status: 409, code: 'busy', detail: 'Another restart is under way.' })
  await startTinyApi({ [RELEASE]: () => RELEASED, [RESTART]: () => refusal })
  const page = await showInPage(<ScaleSettings app={shop()} />)

  await user.click(screen.getByRole('button', { name: pageWords.overview.restart }))

  await screen.findByText('Another restart is under way.')
  expect(page.path()).toBe('/')
})

test('what was never released can be neither scaled nor restarted', async () => {
  const { asked } = await startTinyApi({})
  await showInPage(<ScaleSettings app={shop({ currentRelease: null })} />)

  screen.getByText(w.noProcesses)
  await user.click(screen.getByRole('button', { name: pageWords.overview.restart }))

  expect(isOff(pageWords.overview.restart)).toBe(true)
  expect(asked).toEqual([])
})

async function press(name: string): Promise<void> {
  await user.click(await screen.findByRole('button', { name }))
}

function isOff(name: string): boolean {
  return screen.getByRole('button', { name }).getAttribute('aria-disabled') === 'true'
}

function countOf(process: string): string | null {
  const group = within(screen.getByRole('group', { name: w.instancesOf(process) }))
  return group.getByRole('status').textContent
}

function orders(asked: { what: string; body: unknown }[]) {
  return asked.filter(({ what }) => !what.startsWith('GET'))
}

function shop(change: object = {}): App {
  return {
    ...{ slug: 'shop', name: 'Shop', state: 'active', scale: { web: 2 }, currentRelease: { version: 3 } },
    can: { 'app:scale': true, 'app:restart': true },
    ...change,
  } as unknown as App
}

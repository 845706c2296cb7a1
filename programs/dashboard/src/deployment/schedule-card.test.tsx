import { fireEvent, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { App, Deployment } from '../api/queries.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { deploymentWords as words } from '../words/en/deployments.ts'
import { ScheduleCard } from './schedule-card.tsx'

const user = userEvent.setup()
const CHANGE = 'PATCH /api/v1/apps/shop/deployments/4'

test('a deployment that waits for its time is started now', async () => {
  const { asked } = await startTinyApi({ [CHANGE]: () => waiting() })
  await showInPage(<ScheduleCard app={shop()} deployment={waiting()} />)

  await user.click(screen.getByRole('button', { name: words.startNow }))

  await screen.findByText(words.rescheduled(4))
  expect(asked).toEqual([{ what: CHANGE, body: { scheduledAt: null } }])
})

test('another time is sent in UTC, and only one that is still to come', async () => {
  const { asked } = await startTinyApi({ [CHANGE]: () => waiting() })
  await showInPage(<ScheduleCard app={shop()} deployment={waiting()} />)

  const form = await open()
  choose('2020-01-01T10:00')
  form.getByText(words.timePast)
  await user.click(form.getByRole('button', { name: words.save }))
  choose('')
  await user.click(form.getByRole('button', { name: words.save }))
  expect(asked).toEqual([])
  choose('2031-05-01T10:30')
  await user.click(form.getByRole('button', { name: words.save }))

  await screen.findByText(words.rescheduled(4))
  expect(screen.queryByRole('dialog')).toBeNull()
  const scheduledAt = new Date('2031-05-01T10:30').toISOString()
  expect(asked).toEqual([{ what: CHANGE, body: { scheduledAt } }])
})

test('why a time was refused is told once, in the dialog, and the time stays', async () => {
  await startTinyApi({ [CHANGE]: () => refuse({ status: 409, code: 'started', detail: 'It has begun.' }) })
  await showInPage(<ScheduleCard app={shop()} deployment={waiting()} />)

  const form = await open()
  choose('2031-05-01T10:30')
  await user.click(form.getByRole('button', { name: words.save }))

  await form.findByText('It has begun.')
  expect(screen.getAllByText('It has begun.')).toHaveLength(1)
  expect(form.getByLabelText<HTMLInputElement>(words.time).value).toBe('2031-05-01T10:30')
})

test('a start that is refused is told of', async () => {
  await startTinyApi({ [CHANGE]: () => refuse({ status: 409, code: 'started', detail: 'It has begun.' }) })
  await showInPage(<ScheduleCard app={shop()} deployment={waiting()} />)

  await user.click(screen.getByRole('button', { name: words.startNow }))

  await screen.findByText('It has begun.')
})

test('what also needs an approval cannot be started now', async () => {
  await showInPage(<ScheduleCard app={shop()} deployment={waiting({ state: 'awaiting_approval' })} />)

  screen.getByRole('button', { name: words.changeTime })
  expect(screen.queryByRole('button', { name: words.startNow })).toBeNull()
})

test.each([
  ['waits for no time', { scheduledAt: null }],
  ['is over', { state: 'succeeded' }],
])('there is no card for a deployment that %s', async (_, change) => {
  await showInPage(<ScheduleCard app={shop()} deployment={waiting(change)} />)

  expect(screen.queryByText(words.scheduled)).toBeNull()
})

test('who may not change the time is told why not', async () => {
  await showInPage(<ScheduleCard app={shop('This needs the role admin.')} deployment={waiting()} />)

  await user.click(screen.getByRole('button', { name: words.changeTime }))

  expect(screen.queryByRole('dialog')).toBeNull()
  const start = screen.getByRole('button', { name: words.startNow })
  expect(start.getAttribute('aria-disabled')).toBe('true')
})

async function open() {
  await user.click(screen.getByRole('button', { name: words.changeTime }))
  return within(await screen.findByRole('dialog'))
}

function choose(value: string): void {
  fireEvent.change(screen.getByLabelText(words.time), { target: { value } })
}

function shop(may: true | string = true): App {
  return { slug: 'shop', can: { 'deployment:schedule': may } } as unknown as App
}

function waiting(change: object = {}): Deployment {
  return {
    ...{ number: 4, state: 'queued', scheduledAt: '2031-01-01T00:00:00.000Z' },
    ...change,
  } as unknown as Deployment
}

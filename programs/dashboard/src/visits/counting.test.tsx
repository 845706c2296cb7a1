import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { App } from '../api/queries.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { sightWords } from '../words/en/sight.ts'
import { Counting } from './counting.tsx'

const words = sightWords.visits
const user = userEvent.setup()
const CHANGE = 'PATCH /api/v1/apps/shop/observation'

test.each([
  [false, words.turnOn, words.turnedOn],
  [true, words.turnOff, words.turnedOff],
])('counting that is %s is switched to the other', async (enabled, button, said) => {
  const { asked } = await startTinyApi({ [CHANGE]: body => body })
  await showInPage(<Counting app={shop()} enabled={enabled} />)

  await user.click(screen.getByRole('button', { name: button }))

  await screen.findByText(said)
  expect(asked).toEqual([{ what: CHANGE, body: { visits: !enabled } }])
})

test('a refusal says why, and the button can be pressed again', async () => {
  const refusal = refuse({ status: 503, code: 'under_pressure', detail: 'Too much at once.' })
  const { asked } = await startTinyApi({ [CHANGE]: () => refusal })
  await showInPage(<Counting app={shop()} enabled />)

  await user.click(screen.getByRole('button', { name: words.turnOff }))
  await screen.findByText('Too much at once.')
  const before = asked.length
  await user.click(screen.getByRole('button', { name: words.turnOff }))

  await expect.poll(() => asked.length).toBeGreaterThan(before)
})

test('who may not change the app cannot', async () => {
  const { asked } = await startTinyApi({ [CHANGE]: body => body })
  await showInPage(<Counting app={shop('This needs the role developer.')} enabled />)

  await user.click(screen.getByRole('button', { name: words.turnOff }))

  expect(screen.getByRole('button', { name: words.turnOff }).getAttribute('aria-disabled')).toBe('true')
  expect(asked).toEqual([])
})

function shop(may: true | string = true): App {
  return { slug: 'shop', state: 'active', can: { 'app:update': may } } as unknown as App
}

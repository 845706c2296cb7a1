import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { App } from '../api/queries.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { trafficWords } from '../words/en/traffic.ts'
import { PurgeCard } from './purge-card.tsx'

const words = trafficWords.purge
const user = userEvent.setup()
const PURGE = 'POST /api/v1/apps/shop/cache/purge'

test('everything is forgotten unless a path is given, and the count is told', async () => {
  const { asked } = await startTinyApi({ [PURGE]: () => ({ purged: 3 }) })
  await showInPage(<PurgeCard app={shop()} />)
  expect(screen.queryByLabelText(words.path)).toBeNull()

  await user.click(action())

  await screen.findByText(words.done(3))
  expect(asked).toEqual([{ what: PURGE, body: {} }])
})

test.each(['path', 'prefix'] as const)(
  'one %s is sent as what it is, without blanks around it',
  async what => {
    const { asked } = await startTinyApi({ [PURGE]: () => ({ purged: 1 }) })
    await showInPage(<PurgeCard app={shop()} />)

    await user.click(screen.getByRole('radio', { name: words.whats[what] }))
    await user.type(screen.getByLabelText(words.path), 'assets/ {Enter}')

    await screen.findByText(words.done(1))
    expect(asked[0]?.body).toEqual({ [what]: '/assets/' })
  },
)

test('a path that is refused stays in its field, with the reason', async () => {
  const errors = [{ path: 'body.prefix', message: 'has to begin with /' }]
  await startTinyApi({
    [PURGE]: () => refuse({ status: 422, code: 'invalid_input', detail: 'Look again.', errors }),
  })
  await showInPage(<PurgeCard app={shop()} />)
  await user.click(screen.getByRole('radio', { name: words.whats.prefix }))
  await user.clear(screen.getByLabelText(words.path))
  await user.type(screen.getByLabelText(words.path), 'assets{Enter}')

  await screen.findByText('has to begin with /')

  const field = screen.getByLabelText<HTMLInputElement>(words.path)
  expect([field.value, field.getAttribute('aria-invalid')]).toEqual(['assets', 'true'])
})

test('who may not purge cannot', async () => {
  const { asked } = await startTinyApi({ [PURGE]: () => ({ purged: 1 }) })
  await showInPage(<PurgeCard app={shop('This needs the role developer.')} />)

  await user.click(action())

  expect(action().getAttribute('aria-disabled')).toBe('true')
  expect(asked).toEqual([])
})

const action = () => screen.getByRole('button', { name: words.action })

function shop(may: true | string = true): App {
  return { slug: 'shop', can: { 'cache:purge': may } } as unknown as App
}

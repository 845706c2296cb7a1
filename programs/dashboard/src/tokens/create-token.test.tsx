import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { Suspense } from 'react'
import { expect, test } from 'vitest'
import type { MadeToken } from '../api/team-queries.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { tokenWords } from '../words/en/tokens.ts'
import { CreateToken } from './create-token.tsx'

const user = userEvent.setup()
const CREATE = 'POST /api/v1/tokens'
const LISTS = {
  'GET /api/v1/teams': () => [
    { slug: 'crew', name: 'Crew' },
    { slug: 'port', name: 'Port' },
  ],
  'GET /api/v1/apps': () => [app('shop', 'crew'), app('radar', 'port')],
}

test('a token is limited to one app of one team, and ends when that was chosen', async () => {
  const { asked } = await startTinyApi({ ...LISTS, [CREATE]: () => ({ secret: 'sw_1' }) })
  const { made } = await open()

  await user.type(screen.getByLabelText(tokenWords.name), 'Build server')
  await user.click(screen.getByLabelText(tokenWords.scopeNames.read))
  await user.selectOptions(screen.getByLabelText(tokenWords.team), 'crew')
  expect(screen.queryByRole('checkbox', { name: /radar/ })).toBeNull()
  await user.click(screen.getByRole('checkbox', { name: /shop/ }))
  await user.selectOptions(screen.getByLabelText(tokenWords.expires), '30')
  await user.click(screen.getByRole('button', { name: tokenWords.submit }))

  await expect.poll(() => made).toEqual([{ secret: 'sw_1' }])
  expect(asked.find(({ what }) => what === CREATE)?.body).toEqual({
    ...{ name: 'Build server', scopes: ['read'], expiresInDays: 30, team: 'crew', apps: ['shop'] },
  })
})

test('another team forgets the apps that were chosen, and nothing limits a token unless chosen', async () => {
  const { asked } = await startTinyApi({ ...LISTS, [CREATE]: () => ({ secret: 'sw_1' }) })
  const { made } = await open()
  await user.type(screen.getByLabelText(tokenWords.name), 'Script')
  await user.click(screen.getByRole('checkbox', { name: /shop/ }))

  await user.selectOptions(screen.getByLabelText(tokenWords.team), 'port')
  await user.selectOptions(screen.getByLabelText(tokenWords.team), '')
  await user.selectOptions(screen.getByLabelText(tokenWords.expires), 'never')
  await user.click(screen.getByRole('button', { name: tokenWords.submit }))

  await expect.poll(() => made.length).toBe(1)
  expect(asked.find(({ what }) => what === CREATE)?.body).toEqual({
    ...{ name: 'Script', scopes: ['deploy'], expiresInDays: 'never' },
  })
})

test('a name that is refused stays, with the reason beside it; Escape makes nothing', async () => {
  const errors = [{ path: 'body.name', message: 'is taken by another of your tokens' }]
  const { asked } = await startTinyApi({
    ...LISTS,
    [CREATE]: () => refuse({ status: 422, code: 'invalid_input', detail: 'Look again.', errors }),
  })
  const { made, closed } = await open()
  const name = screen.getByLabelText<HTMLInputElement>(tokenWords.name)

  await user.type(name, 'Script')
  await user.click(screen.getByRole('button', { name: tokenWords.submit }))

  const reason = await screen.findByText('is taken by another of your tokens')
  expect(name.getAttribute('aria-describedby')).toContain(reason.id)
  expect(name.value).toBe('Script')
  await user.keyboard('{Escape}')
  expect(closed()).toBe(true)
  expect(made).toEqual([])
  expect(asked.filter(({ what }) => what === CREATE)).toHaveLength(1)
})

async function open() {
  const made: MadeToken[] = []
  let isClosed = false
  await showInPage(
    <Suspense>
      <CreateToken
        onMade={token => made.push(token)}
        onClose={() => {
          isClosed = true
        }}
      />
    </Suspense>,
  )
  await screen.findByLabelText(tokenWords.name)
  return { made, closed: () => isClosed }
}

function app(slug: string, team: string): object {
  return { slug, name: slug, team: { slug: team }, lastDeployment: null }
}

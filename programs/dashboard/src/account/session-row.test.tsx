import { useQuery } from '@tanstack/react-query'
import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { accountWords } from '../words/en/account.ts'
import { accountQueries, type LiveSession } from './account-queries.ts'
import { SessionRow } from './session-row.tsx'

const words = accountWords.sessions
const user = userEvent.setup()
const LIST = 'GET /api/v1/sessions'
const END = 'DELETE /api/v1/sessions/ses_phone'

test('a session that is ended is gone from the list at once, and stays gone', async () => {
  const answer = Promise.withResolvers<unknown>()
  let sessions = [session('ses_here', 'Firefox', true), session('ses_phone', 'Phone')]
  await startTinyApi({ [LIST]: () => sessions, [END]: () => answer.promise })
  await showInPage(<Sessions />)

  await user.click(await screen.findByRole('button', { name: words.endOf('Phone') }))

  await expect.poll(() => screen.queryByText('Phone')).toBeNull()
  sessions = sessions.slice(0, 1)
  answer.resolve({ ended: 1 })
  await screen.findByText(words.ended(1))
  expect(screen.queryByText('Phone')).toBeNull()
  screen.getByText('Firefox')
})

test('a session that could not be ended comes back, with the reason', async () => {
  const sessions = [session('ses_here', 'Firefox', true), session('ses_phone', 'Phone')]
  const refusal = refuse({ status: 503, code: 'under_pressure', detail: 'Too much at once.' })
  await startTinyApi({ [LIST]: () => sessions, [END]: () => refusal })
  await showInPage(<Sessions />)

  await user.click(await screen.findByRole('button', { name: words.endOf('Phone') }))

  await screen.findByText('Too much at once.')
  await screen.findByText('Phone')
})

function Sessions() {
  const { data: sessions = [] } = useQuery(accountQueries.sessions())
  return (
    <ul>
      {sessions.map(each => (
        <SessionRow key={each.id} session={each} />
      ))}
    </ul>
  )
}

function session(id: string, device: string, current = false): LiveSession {
  const at = '2026-01-01T00:00:00.000Z'
  return { id, device, current, address: '192.0.2.1', createdAt: at, lastUsedAt: at } as LiveSession
}

import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { Suspense } from 'react'
import { expect, test } from 'vitest'
import { showInPage } from '../testing/show.tsx'
import { startTinyApi } from '../testing/tiny-api.ts'
import { teamWords as w } from '../words/en/teams.ts'
import { TeamsPage } from './teams.tsx'

const user = userEvent.setup()

test('each team tells its size and what one is in it, and leads to its page', async () => {
  const { path } = await open([team('crew', 'developer'), team('port', null)])
  const [crew, port] = within(await screen.findByRole('list', { name: w.title })).getAllByRole('listitem')

  within(crew!).getByText(w.members(2))
  within(crew!).getByText(w.apps(1))
  within(crew!).getByText(w.roles.developer)
  for (const role of Object.values(w.roles)) expect(within(port!).queryByText(role)).toBeNull()
  await user.click(screen.getByRole('link', { name: 'Team port' }))

  await expect.poll(path).toBe('/teams/port')
})

test('whoever is in no team is told what to do, and can make one', async () => {
  await open([])
  await screen.findByText(w.emptyTitle)

  await user.click(screen.getByRole('button', { name: w.create }))

  await screen.findByRole('dialog', { name: w.create })
  await user.keyboard('{Escape}')
  expect(screen.queryByRole('dialog')).toBeNull()
})

async function open(teams: object[]) {
  await startTinyApi({ 'GET /api/v1/teams': () => teams })
  return showInPage(
    <Suspense>
      <TeamsPage />
    </Suspense>,
  )
}

function team(slug: string, role: string | null): object {
  return { id: slug, slug, name: `Team ${slug}`, role, counts: { members: 2, apps: 1 } }
}

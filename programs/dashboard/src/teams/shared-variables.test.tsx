import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { Suspense } from 'react'
import { expect, test } from 'vitest'
import type { Team } from '../api/team-queries.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { pageWords } from '../words/en/pages.ts'
import { teamWords } from '../words/en/teams.ts'
import { SharedVariables } from './shared-variables.tsx'

const w = pageWords.env
const user = userEvent.setup()
const GET = 'GET /api/v1/teams/crew/env/staging'
const CHANGE = 'PATCH /api/v1/teams/crew/env/staging'

test.each([
  ['shared variables reach the apps with their next release', false],
  ['shared variables reach the apps at once where that was asked for', true],
])('%s', async (_, redeploy) => {
  const { asked } = await startTinyApi({
    [GET]: () => env(['shop']),
    [CHANGE]: () => ({ apps: ['shop'], deployments: redeploy ? [{}] : [], notes: [] }),
  })
  await open()
  await screen.findByText(`${teamWords.reaches} shop`)

  await add('REGION', 'north')
  if (redeploy) await user.click(screen.getByRole('switch', { name: teamWords.redeploy }))
  await user.click(screen.getByRole('button', { name: teamWords.saveShared }))

  await screen.findByText(teamWords.savedShared(1, redeploy ? 1 : 0))
  expect(asked.find(({ what }) => what === CHANGE)?.body).toEqual({
    ...{ set: { REGION: { value: 'north', secret: false } }, unset: [], baseVersion: 3, redeploy },
  })
  await expect.poll(() => screen.queryByText(w.changes(1))).toBeNull()
})

test('variables that are refused stay to be saved again, with the reason', async () => {
  const refusal = refuse({ status: 409, code: 'env_changed', detail: 'Somebody else was faster.' })
  await startTinyApi({ [GET]: () => env([]), [CHANGE]: () => refusal })
  await open()
  await screen.findByText(teamWords.reachesNone)

  await add('REGION', 'north')
  await user.click(screen.getByRole('button', { name: teamWords.saveShared }))

  await screen.findByText('Somebody else was faster.')
  screen.getByText('north')
  screen.getByText(w.changes(1))
})

test('who may not change what is shared can neither add nor paste', async () => {
  await startTinyApi({ [GET]: () => env([]) })
  await open('This needs the role developer; yours is viewer.')

  await user.click(await screen.findByRole('button', { name: w.add }))
  await user.click(screen.getByRole('button', { name: w.paste }))

  expect(screen.queryByRole('dialog')).toBeNull()
  expect(screen.getByRole('button', { name: w.add }).getAttribute('aria-disabled')).toBe('true')
})

async function add(name: string, value: string): Promise<void> {
  await user.click(screen.getByRole('button', { name: w.add }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.type(dialog.getByLabelText('Name'), name)
  await user.type(dialog.getByLabelText('Value'), value)
  await user.click(dialog.getByRole('button', { name: 'Add' }))
}

async function open(whyNot?: string): Promise<void> {
  const team = { slug: 'crew', can: { 'shared-env:write': whyNot ?? true } } as unknown as Team
  await showInPage(
    <Suspense>
      <SharedVariables team={team} environment="staging" />
    </Suspense>,
  )
}

function env(apps: string[]): object {
  return { version: 3, apps, variables: { OLD: { value: '1', secret: false } } }
}

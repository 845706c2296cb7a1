import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { teamWords } from '../words/en/teams.ts'
import { CreateTeam } from './create-team.tsx'

const user = userEvent.setup()
const CREATE = 'POST /api/v1/teams'

test('the name in addresses follows the name, and the page goes to the new team', async () => {
  const { asked } = await startTinyApi({ [CREATE]: () => ({ slug: 'harbour-crew', name: 'Harbour crew' }) })
  const { path } = await open()

  await user.type(field(teamWords.name), 'Harbour crew')
  expect(field(teamWords.slug).value).toBe('harbour-crew')
  await user.click(screen.getByRole('button', { name: teamWords.create }))

  await screen.findByText(teamWords.created('Harbour crew'))
  expect(asked).toEqual([{ what: CREATE, body: { slug: 'harbour-crew', name: 'Harbour crew' } }])
  await expect.poll(path).toBe('/teams/harbour-crew')
})

test('a name in addresses that was typed stays as it is; a team needs no other name', async () => {
  const { asked } = await startTinyApi({ [CREATE]: () => ({ slug: 'dock', name: 'dock' }) })
  await open()

  await user.type(field(teamWords.name), 'Harbour')
  await user.clear(field(teamWords.slug))
  await user.type(field(teamWords.slug), 'dock')
  await user.clear(field(teamWords.name))
  await user.type(field(teamWords.name), '  {Enter}')

  await screen.findByText(teamWords.created('dock'))
  expect(asked).toEqual([{ what: CREATE, body: { slug: 'dock' } }])
})

test('a name that is taken is told of beside its field, and both stay to be mended', async () => {
  const errors = [{ path: 'body.slug', message: 'is taken' }]
  const { asked } = await startTinyApi({
    [CREATE]: () => refuse({ status: 409, code: 'conflict', detail: 'Look again.', errors }),
  })
  const { path, closed } = await open()

  await user.type(field(teamWords.name), 'Dock{Enter}')

  const reason = await screen.findByText('is taken')
  expect(field(teamWords.slug).getAttribute('aria-describedby')).toContain(reason.id)
  expect([field(teamWords.name).value, field(teamWords.slug).value]).toEqual(['Dock', 'dock'])
  expect(path()).toBe('/')
  await user.keyboard('{Escape}')
  expect(closed()).toBe(true)
  expect(asked).toHaveLength(1)
})

const field = (name: string) => screen.getByLabelText<HTMLInputElement>(name)

async function open() {
  let isClosed = false
  const { path } = await showInPage(
    <CreateTeam
      onClose={() => {
        isClosed = true
      }}
    />,
  )
  return { path, closed: () => isClosed }
}

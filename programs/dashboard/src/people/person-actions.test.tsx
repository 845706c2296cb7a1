import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { Person } from '../api/team-queries.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { pageWords } from '../words/en/pages.ts'
import { peopleWords as w } from '../words/en/people.ts'
import { words } from '../words/en.ts'
import { DeletePerson } from './delete-person.tsx'
import { PersonActions } from './person-actions.tsx'

const user = userEvent.setup()
const CHANGE = 'PATCH /api/v1/people/per_bob'
const RESET = 'DELETE /api/v1/people/per_bob/second-factor'
const DELETE = 'DELETE /api/v1/people/per_bob'

test('somebody is made an administrator after a question', async () => {
  const { asked } = await startTinyApi({ [CHANGE]: () => ({}) })
  await showInPage(<PersonActions person={bob()} isSelf={false} />)

  await user.click(screen.getByRole('button', { name: w.makeAdmin }))
  await screen.findByRole('dialog', { name: w.makeAdminTitle('Bob') })
  await user.keyboard('{Escape}')
  expect(asked).toEqual([])
  await confirmed(w.makeAdmin)

  await screen.findByText(w.changed('Bob'))
  expect(asked[0]).toEqual({ what: CHANGE, body: { platformRole: 'admin' } })
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('an administrator who is suspended can be made a member and let in again', async () => {
  const { asked } = await startTinyApi({ [CHANGE]: () => ({}) })
  const suspendedAt = '2026-01-01T00:00:00.000Z'
  await showInPage(<PersonActions person={bob({ platformRole: 'admin', suspendedAt })} isSelf={false} />)

  await confirmed(w.makeMember)
  await expect.poll(() => screen.queryByRole('dialog')).toBeNull()
  await confirmed(w.readmit)
  await expect.poll(() => screen.queryByRole('dialog')).toBeNull()

  expect(asked.map(({ body }) => body)).toEqual([{ platformRole: 'member' }, { suspended: false }])
})

test('a second factor is removed; what is refused keeps the question open with the reason', async () => {
  const refusal = refuse({ status: 409, code: 'conflict', detail: 'Somebody else was faster.' })
  const { asked } = await startTinyApi({ [RESET]: () => ({}), [CHANGE]: () => refusal })
  await showInPage(<PersonActions person={bob({ twoFactor: true })} isSelf={false} />)

  await confirmed(w.resetFactor)
  await expect.poll(() => screen.queryByRole('dialog')).toBeNull()
  await confirmed(w.suspend)

  await within(screen.getByRole('dialog')).findByText('Somebody else was faster.')
  expect(asked.map(({ what, body }) => [what, body])).toEqual([
    [RESET, undefined],
    [CHANGE, { suspended: true }],
  ])
})

test('nobody changes or deletes themselves, and what is not there is not removed', async () => {
  await showInPage(
    <>
      <PersonActions person={bob()} isSelf />
      <DeletePerson person={bob()} isSelf />
    </>,
  )

  for (const name of [w.makeAdmin, w.suspend, w.resetFactor, w.delete]) {
    const button = screen.getByRole('button', { name })
    expect(button.getAttribute('aria-disabled')).toBe('true')
    await user.click(button)
  }

  expect(screen.queryByRole('dialog')).toBeNull()
  expect((await screen.findByRole('tooltip')).textContent).toContain(w.you)
})

test('who has no second factor has none to remove, and the button says so', async () => {
  await showInPage(<PersonActions person={bob()} isSelf={false} />)

  await user.click(screen.getByRole('button', { name: w.resetFactor }))

  expect((await screen.findByRole('tooltip')).textContent).toContain(w.noFactor)
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('an account is deleted once its address is typed; the code of the receipt is shown, then the list', async () => {
  const { asked } = await startTinyApi({ [DELETE]: () => ({ code: 'rcp_42', teamsDeleted: ['solo'] }) })
  const { path } = await showInPage(<DeletePerson person={bob()} isSelf={false} />)

  await user.click(screen.getByRole('button', { name: w.delete }))
  const dialog = within(await screen.findByRole('dialog', { name: w.deleteTitle('Bob') }))
  await user.type(dialog.getByLabelText(pageWords.settings.typeFirst('bob@example.org')), 'bob@example.or')
  await user.click(dialog.getByRole('button', { name: w.delete }))
  expect(asked).toEqual([])
  await user.type(dialog.getByRole('textbox'), 'g')
  await user.click(dialog.getByRole('button', { name: w.delete }))

  await screen.findByText('rcp_42')
  screen.getByText(/solo/)
  expect(asked).toEqual([{ what: DELETE, body: { confirm: 'bob@example.org' } }])
  await user.keyboard('{Escape}')
  screen.getByText('rcp_42')
  await user.click(screen.getByRole('button', { name: words.close }))
  await expect.poll(path).toBe('/people')
})

test('an account that cannot be deleted is said to be so, and what was typed stays', async () => {
  const refusal = refuse({ status: 409, code: 'last_owner', detail: 'Bob alone owns the team Crew.' })
  await startTinyApi({ [DELETE]: () => refusal })
  await showInPage(<DeletePerson person={bob()} isSelf={false} />)

  await user.click(screen.getByRole('button', { name: w.delete }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.type(dialog.getByRole('textbox'), 'bob@example.org')
  await user.click(dialog.getByRole('button', { name: w.delete }))

  await dialog.findByText('Bob alone owns the team Crew.')
  expect(dialog.getByRole<HTMLInputElement>('textbox').value).toBe('bob@example.org')
})

async function confirmed(deed: string): Promise<void> {
  await user.click(await screen.findByRole('button', { name: deed }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.click(dialog.getByRole('button', { name: deed }))
}

function bob(facts: object = {}): Person {
  return {
    ...{ id: 'per_bob', name: 'Bob', email: 'bob@example.org', platformRole: 'member' },
    ...{ suspendedAt: null, twoFactor: false, ...facts },
  } as unknown as Person
}

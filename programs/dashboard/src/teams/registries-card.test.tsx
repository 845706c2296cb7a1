import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { Team } from '../api/team-queries.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { registryWords as w } from '../words/en/registries.ts'
import { words } from '../words/en.ts'
import { RegistriesCard } from './registries-card.tsx'

const user = userEvent.setup()
const LIST = 'GET /api/v1/teams/crew/registries'
const SET = 'PUT /api/v1/teams/crew/registries/ghcr.io'
const REMOVE = 'DELETE /api/v1/teams/crew/registries/ghcr.io'

test('a sign-in is kept under its host; the password goes as it was typed', async () => {
  let registries: object[] = []
  const { asked } = await startTinyApi({
    [LIST]: () => registries,
    [SET]: () => {
      registries = [GHCR]
      return GHCR
    },
  })
  await showInPage(<RegistriesCard team={crew()} />)
  await screen.findByText(w.none)

  await fill(await add(), { host: ' ghcr.io ', username: ' bob ', password: ' p4ss ' })

  await screen.findByText(w.saved('ghcr.io'))
  expect(asked.find(({ what }) => what === SET)?.body).toEqual({ username: 'bob', password: ' p4ss ' })
  await screen.findByRole('button', { name: `${w.remove} ghcr.io` })
  expect(document.body.textContent).not.toContain('p4ss')
})

test('what is refused is said beside its field, and all that was typed stays', async () => {
  const errors = [
    { path: 'params.host', message: 'is no host' },
    { path: 'body.username', message: 'is not known there' },
  ]
  await startTinyApi({
    [LIST]: () => [],
    [SET]: () => refuse({ status: 422, code: 'invalid_input', detail: 'Look again.', errors }),
  })
  await showInPage(<RegistriesCard team={crew()} />)
  const dialog = await add()

  await fill(dialog, { host: 'ghcr.io', username: 'bob', password: 'p4ss' })

  const reason = await dialog.findByText('is no host')
  expect(dialog.getByLabelText(w.host).getAttribute('aria-describedby')).toContain(reason.id)
  dialog.getByText('is not known there')
  expect(dialog.getByLabelText<HTMLInputElement>(w.password).value).toBe('p4ss')
})

test('a sign-in without a host is not sent', async () => {
  const { asked } = await startTinyApi({ [LIST]: () => [] })
  await showInPage(<RegistriesCard team={crew()} />)
  const dialog = await add()

  await user.type(dialog.getByLabelText(w.username), 'bob{Enter}')

  const reason = await dialog.findByText(w.hostMissing)
  expect(dialog.getByLabelText(w.host).getAttribute('aria-describedby')).toContain(reason.id)
  expect(asked.every(({ what }) => what === LIST)).toBe(true)
})

test('a sign-in is forgotten after a question', async () => {
  let registries = [GHCR]
  const { asked } = await startTinyApi({
    [LIST]: () => registries,
    [REMOVE]: () => {
      registries = []
      return { removed: true }
    },
  })
  await showInPage(<RegistriesCard team={crew()} />)
  const remove = { name: `${w.remove} ghcr.io` }

  await user.click(await screen.findByRole('button', remove))
  await screen.findByRole('dialog', { name: w.removeTitle('ghcr.io') })
  await user.keyboard('{Escape}')
  expect(asked.some(({ what }) => what === REMOVE)).toBe(false)
  await user.click(screen.getByRole('button', remove))
  await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: w.remove }))

  await screen.findByText(w.removed('ghcr.io'))
  await screen.findByText(w.none)
})

test('who may not change them sees them, and can press nothing', async () => {
  await startTinyApi({ [LIST]: () => [GHCR] })
  await showInPage(<RegistriesCard team={crew('This needs the role admin; yours is viewer.')} />)
  await screen.findByText('ghcr.io')

  for (const name of [w.add, `${w.remove} ghcr.io`]) {
    const button = screen.getByRole('button', { name })
    expect(button.getAttribute('aria-disabled')).toBe('true')
    await user.click(button)
  }

  expect(screen.queryByRole('dialog')).toBeNull()
})

test('a list that cannot be read says why, not that there is none', async () => {
  const refusal = refuse({ status: 403, code: 'forbidden', detail: 'Only members see this.' })
  await startTinyApi({ [LIST]: () => refusal })
  await showInPage(<RegistriesCard team={crew()} />)

  await screen.findByText('Only members see this.')
  expect(screen.queryByText(w.none)).toBeNull()
})

type Dialog = Awaited<ReturnType<typeof add>>

async function add() {
  await user.click(screen.getByRole('button', { name: w.add }))
  return within(await screen.findByRole('dialog', { name: w.add }))
}

async function fill(dialog: Dialog, typed: { host: string; username: string; password: string }) {
  await user.type(dialog.getByLabelText(w.host), typed.host)
  await user.type(dialog.getByLabelText(w.username), typed.username)
  await user.type(dialog.getByLabelText(w.password), typed.password)
  await user.click(dialog.getByRole('button', { name: words.save }))
}

const GHCR = { host: 'ghcr.io', username: 'bob', updatedAt: '2026-01-01T00:00:00.000Z' }

function crew(whyNot?: string): Team {
  return { slug: 'crew', name: 'Crew', can: { 'registry:write': whyNot ?? true } } as unknown as Team
}

import { useQuery } from '@tanstack/react-query'
import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { ApiError } from '../api/client.ts'
import { queries } from '../api/queries.ts'
import type { Quotas } from '../api/team-queries.ts'
import { showInPage } from '../testing/show.tsx'
import { startTinyApi } from '../testing/tiny-api.ts'
import { quotaWords as w } from '../words/en/quotas.ts'
import { words } from '../words/en.ts'
import type { Limits } from './quota-draft.ts'
import { QuotasCard } from './quotas-card.tsx'

const user = userEvent.setup()
const ACCOUNT = 'GET /api/v1/account'

test('only the limits that changed are saved: a number, none, or that of the platform', async () => {
  const sent = await open()
  const dialog = await edit()

  await retype(dialog.getByLabelText(w.names.apps), '12')
  await user.clear(dialog.getByLabelText(`${w.names.memoryMb} (MB)`))
  await user.click(dialog.getByRole('button', { name: `${w.names.domains}: ${w.reset}` }))
  await user.click(dialog.getByRole('button', { name: words.save }))

  await screen.findByText(w.saved)
  expect(sent).toEqual([{ apps: 12, memoryMb: null, domains: 'default' }])
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('nothing can be saved while all is as before, not with Enter either', async () => {
  const sent = await open()
  const dialog = await edit()
  const save = () => dialog.getByRole('button', { name: words.save })

  await user.type(dialog.getByLabelText(w.names.domains), '{Enter}')
  expect(save().getAttribute('aria-disabled')).toBe('true')
  await retype(dialog.getByLabelText(w.names.domains), '6')
  expect(save().getAttribute('aria-disabled')).toBeNull()
  await retype(dialog.getByLabelText(w.names.domains), '5')
  expect(save().getAttribute('aria-disabled')).toBe('true')
  await user.click(save())

  expect(sent).toEqual([])
})

test('limits that are refused are told of, and stay as they were typed', async () => {
  await open(() => {
    throw new ApiError({ status: 422, code: 'invalid_input', detail: 'That is more than the machine has.' })
  })
  const dialog = await edit()

  await retype(dialog.getByLabelText(w.names.apps), '9000')
  await user.click(dialog.getByRole('button', { name: words.save }))

  await dialog.findByText('That is more than the machine has.')
  expect(dialog.getByLabelText<HTMLInputElement>(w.names.apps).value).toBe('9000')
})

test('who does not administer the platform is told that they change no quotas', async () => {
  await open(undefined, 'member')

  await screen.findByText('the account is known')
  await user.click(screen.getByRole('button', { name: w.edit }))

  expect((await screen.findByRole('tooltip')).textContent).toContain(w.onlyAdmins)
  expect(screen.queryByRole('dialog')).toBeNull()
})

async function open(refusing: () => void = () => undefined, platformRole = 'admin'): Promise<Limits[]> {
  const sent: Limits[] = []
  await startTinyApi({ [ACCOUNT]: () => ({ platformRole }) })
  const save = async (limits: Limits) => {
    refusing()
    sent.push(limits)
    return QUOTAS
  }
  await showInPage(
    <>
      <QuotasCard quotas={QUOTAS} save={save} />
      <Known />
    </>,
  )
  return sent
}

/** Until then nobody may change quotas. */
function Known() {
  const { data: account } = useQuery(queries.account())
  return account ? <p>the account is known</p> : null
}

async function edit() {
  const button = () => screen.getByRole('button', { name: w.edit })
  await expect.poll(() => button().getAttribute('aria-disabled')).toBeNull()
  await user.click(button())
  return within(await screen.findByRole('dialog', { name: w.editTitle }))
}

async function retype(field: HTMLElement, text: string): Promise<void> {
  await user.clear(field)
  await user.type(field, text)
}

const QUOTAS = {
  subject: { kind: 'team' },
  quotas: [
    { name: 'apps', limit: 10, used: 2, source: 'default' },
    { name: 'memoryMb', limit: 4096, used: 512, source: 'default' },
    { name: 'domains', limit: 5, used: 1, source: 'set' },
  ],
} as unknown as Quotas

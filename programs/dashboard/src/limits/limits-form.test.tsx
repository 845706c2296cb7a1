import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { App } from '../api/queries.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { limitWords } from '../words/en/limits.ts'
import { planWords } from '../words/en/plan.ts'
import type { OwnLimits } from './limit-draft.ts'
import { LimitsForm } from './limits-form.tsx'

const user = userEvent.setup()
const PLAN = 'POST /api/v1/apps/shop/plan'
const SAVE = 'PUT /api/v1/apps/shop/limits'
const OWN: OwnLimits = { memoryMb: 256, perProcess: { worker: { memoryMb: 64 } } }
const PLANNED = { changes: [{ key: 'limits.cpus', before: null, after: 0.5 }], effects: [] }
const [MEMORY, CPUS, AFTER] = [
  limitWords.fields.memoryMb[0],
  limitWords.fields.cpus[0],
  limitWords.fields.recycleAfterHours[0],
]

test('limits are planned first and then saved whole, with those of single processes', async () => {
  const { asked } = await startTinyApi({ [PLAN]: () => PLANNED, [SAVE]: () => ({ deployment: 7 }) })
  await showInPage(<Form />)

  await user.clear(screen.getByLabelText(MEMORY))
  await user.type(screen.getByLabelText(CPUS), '0.5')
  await user.type(screen.getByLabelText(AFTER), '24')
  await user.click(screen.getByRole('button', { name: planWords.review }))
  const plan = within(await screen.findByRole('dialog', { name: planWords.title }))
  plan.getByRole('region', { name: CPUS })
  const body = { cpus: 0.5, recycle: { afterHours: 24 }, perProcess: OWN.perProcess }
  expect(asked).toEqual([{ what: PLAN, body: { limits: body } }])
  await user.click(plan.getByRole('button', { name: planWords.confirm }))

  await screen.findByText(limitWords.saved)
  expect(asked.at(-1)).toEqual({ what: SAVE, body })
})

test('limits that no instance has to be replaced for are saved without a deployment', async () => {
  await startTinyApi({ [PLAN]: () => PLANNED, [SAVE]: () => ({ deployment: null }) })
  await showInPage(<Form />)

  await user.type(screen.getByLabelText(CPUS), '0.5')
  await user.click(screen.getByRole('button', { name: planWords.review }))
  await user.click(await screen.findByRole('button', { name: planWords.confirm }))

  await screen.findByText(limitWords.unchanged)
})

test('what is no number goes out as typed, and its refusal stands beside the field', async () => {
  const errors = [
    { path: 'body.limits.cpus', message: 'must be a number' },
    { path: 'body.limits.recycle.afterHours', message: 'must be at least 1' },
  ]
  const refusal = refuse({ status: 400, code: 'validation_failed', detail: 'Not right.', errors })
  const { asked } = await startTinyApi({ [PLAN]: () => refusal })
  await showInPage(<Form own={{}} />)

  await user.type(screen.getByLabelText(CPUS), 'many')
  await user.type(screen.getByLabelText(AFTER), '0')
  await user.click(screen.getByRole('button', { name: planWords.review }))

  await screen.findByText('must be a number')
  screen.getByText('must be at least 1')
  expect(asked[0]?.body).toEqual({ limits: { cpus: 'many', recycle: { afterHours: 0 } } })
  expect(screen.getByLabelText<HTMLInputElement>(CPUS).value).toBe('many')
  expect(screen.getByLabelText(CPUS).getAttribute('aria-invalid')).toBe('true')
  expect(screen.getByLabelText(MEMORY).getAttribute('aria-invalid')).toBeNull()
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('an empty field says what counts, and nothing can be saved before something changed', async () => {
  const { asked } = await startTinyApi({})
  await showInPage(<Form />)

  screen.getByPlaceholderText(limitWords.default('512'))
  await user.type(screen.getByLabelText(CPUS), '1')
  expect(isOff()).toBe(false)
  await user.clear(screen.getByLabelText(CPUS))
  await user.click(screen.getByRole('button', { name: planWords.review }))

  expect(isOff()).toBe(true)
  expect(asked).toEqual([])
})

test('who may not set limits can only read them', async () => {
  await showInPage(<Form can={{ 'limit:write': 'This needs the role admin.' }} />)

  await user.type(screen.getByLabelText(CPUS), '1')

  expect(isOff()).toBe(true)
})

function isOff(): boolean {
  return screen.getByRole('button', { name: planWords.review }).getAttribute('aria-disabled') === 'true'
}

function Form({ own = OWN, can = { 'limit:write': true } }: { own?: OwnLimits; can?: object }) {
  const app = { slug: 'shop', name: 'Shop', state: 'active', can } as unknown as App
  return <LimitsForm app={app} own={own} defaults={{ openFiles: '512' }} />
}

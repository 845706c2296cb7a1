import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { App } from '../api/queries.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { deploymentWords as words } from '../words/en/deployments.ts'
import { ApprovalRuleCard } from './approval-rule.tsx'

const user = userEvent.setup()
const SHOW = 'GET /api/v1/apps/shop/approval'
const SET = 'PUT /api/v1/apps/shop/approval'
const OFF = { required: false, role: 'admin', ownAllowed: true, deadlineHours: 168 }
const TOO_LONG = refuse({
  ...{ status: 400, code: 'validation_failed', detail: 'Not right.' },
  errors: [{ path: 'body.deadlineHours', message: 'must be at most 720' }],
})

test('a rule is asked for, and the card says what counts from then on', async () => {
  let rule: unknown = OFF
  const { asked } = await startTinyApi({
    [SHOW]: () => rule,
    [SET](body) {
      rule = body
      return rule
    },
  })
  await showInPage(<ApprovalRuleCard app={shop()} />)
  await screen.findByText(words.ruleOff)

  const form = await open()
  expect(form.queryByLabelText(words.role)).toBeNull()
  await user.click(form.getByRole('switch', { name: words.required }))
  await user.selectOptions(form.getByLabelText(words.role), 'owner')
  await user.click(form.getByRole('switch', { name: words.own }))
  await user.clear(form.getByLabelText(words.deadline))
  await user.type(form.getByLabelText(words.deadline), '48')
  await user.click(form.getByRole('button', { name: words.save }))

  await screen.findByText(words.ruleSaved)
  await screen.findByText(words.ruleOn('owner', false, words.hours(48)))
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(asked.find(({ what }) => what === SET)?.body).toEqual({
    ...{ required: true, role: 'owner', ownAllowed: false, deadlineHours: 48 },
  })
})

test('a time that is refused stays in its field, with the reason beside it', async () => {
  await startTinyApi({ [SHOW]: () => ({ ...OFF, required: true }), [SET]: () => TOO_LONG })
  await showInPage(<ApprovalRuleCard app={shop()} />)

  const form = await open()
  await user.type(form.getByLabelText(words.deadline), '0')
  await user.click(form.getByRole('button', { name: words.save }))

  await form.findByText('must be at most 720')
  const field = form.getByLabelText<HTMLInputElement>(words.deadline)
  expect(field.value).toBe('1680')
  expect(field.getAttribute('aria-invalid')).toBe('true')
})

test('what is refused for a field that is not shown is told all the same', async () => {
  await startTinyApi({ [SHOW]: () => ({ ...OFF, required: true }), [SET]: () => TOO_LONG })
  await showInPage(<ApprovalRuleCard app={shop()} />)

  const form = await open()
  await user.type(form.getByLabelText(words.deadline), '0')
  await user.click(form.getByRole('switch', { name: words.required }))
  await user.click(form.getByRole('button', { name: words.save }))

  await form.findByText('Not right.')
})

test('a rule that was only looked at is not sent', async () => {
  const { asked } = await startTinyApi({ [SHOW]: () => OFF })
  await showInPage(<ApprovalRuleCard app={shop()} />)

  const form = await open()
  await user.click(form.getByRole('switch', { name: words.required }))
  await user.keyboard('{Escape}')

  expect(screen.queryByRole('dialog')).toBeNull()
  expect(asked.map(({ what }) => what)).toEqual([SHOW])
  expect((await open()).queryByLabelText(words.role)).toBeNull()
})

test('who may not change the rule can read it', async () => {
  await startTinyApi({ [SHOW]: () => OFF })
  await showInPage(<ApprovalRuleCard app={shop('This needs the role owner.')} />)

  await screen.findByText(words.ruleOff)
  await user.click(screen.getByRole('button', { name: words.ruleChange }))

  expect(screen.queryByRole('dialog')).toBeNull()
})

async function open() {
  await user.click(await screen.findByRole('button', { name: words.ruleChange }))
  return within(await screen.findByRole('dialog', { name: words.ruleTitle }))
}

function shop(may: true | string = true): App {
  return { slug: 'shop', name: 'Shop', can: { 'approval:write': may } } as unknown as App
}

import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { App } from '../api/queries.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { bulkWords, copyWords } from '../words/en/app-jobs.ts'
import { pageWords } from '../words/en/pages.ts'
import { words } from '../words/en.ts'
import { DangerZone } from './danger-zone.tsx'

const user = userEvent.setup()
const CLONE = 'POST /api/v1/apps/shop/clone'
const EXPORT = 'POST /api/v1/apps/shop/export'
const DELETE = 'DELETE /api/v1/apps/shop'

test('an app that runs is stopped after a question', async () => {
  const { asked } = await startTinyApi({ 'POST /api/v1/apps/shop/stop': () => shop({ state: 'stopped' }) })
  await showInPage(<DangerZone app={shop()} />)

  await press(copyWords.stop)
  await screen.findByRole('dialog', { name: copyWords.stopTitle('Shop') })
  await user.keyboard('{Escape}')
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(asked).toEqual([])
  await press(copyWords.stop)
  await press(copyWords.stop, await dialog())

  await screen.findByText(copyWords.stoppedToast('Shop'))
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(asked.map(({ what }) => what)).toEqual(['POST /api/v1/apps/shop/stop'])
})

test('a stop that is refused keeps the question open, with the reason in it', async () => {
  const refusal = refuse({ status: 409, code: 'busy', detail: 'It is just being deployed.' })
  await startTinyApi({ 'POST /api/v1/apps/shop/stop': () => refusal })
  await showInPage(<DangerZone app={shop()} />)

  await press(copyWords.stop)
  const question = await dialog()
  await press(copyWords.stop, question)

  await question.findByText('It is just being deployed.')
})

test('a stopped app is started without a question', async () => {
  const { asked } = await startTinyApi({ 'POST /api/v1/apps/shop/start': () => shop() })
  await showInPage(<DangerZone app={shop({ state: 'stopped' })} />)

  await press(copyWords.start)

  await screen.findByText(copyWords.startedToast('Shop'))
  expect(asked.map(({ what }) => what)).toEqual(['POST /api/v1/apps/shop/start'])
})

test('to delete an app, its name in addresses is typed first', async () => {
  const { asked } = await startTinyApi({ [DELETE]: () => ({ slug: 'shop' }) })
  await showInPage(<DangerZone app={shop()} />)

  await press(pageWords.settings.delete)
  const question = await dialog()
  await user.type(question.getByRole('textbox', { name: pageWords.settings.typeFirst('shop') }), 'Shop')
  await press(pageWords.settings.delete, question)
  expect(asked).toEqual([])
  await user.clear(question.getByRole('textbox'))
  await user.type(question.getByRole('textbox'), 'shop')
  await press(pageWords.settings.delete, question)

  await screen.findByText(pageWords.settings.deleted('Shop'))
  expect(asked).toEqual([{ what: DELETE, body: { confirm: 'shop' } }])
})

test('an app that could not be deleted is still asked about, and the page says why', async () => {
  await startTinyApi({ [DELETE]: () => refuse({ status: 409, code: 'busy', detail: 'Not now.' }) })
  await showInPage(<DangerZone app={shop()} />)

  await press(pageWords.settings.delete)
  const question = await dialog()
  await user.type(question.getByRole('textbox'), 'shop')
  await press(pageWords.settings.delete, question)

  await screen.findByText('Not now.')
  expect(question.getByRole<HTMLInputElement>('textbox').value).toBe('shop')
})

test('a name that would turn the direction of writing cannot do so in a question', async () => {
  await showInPage(<DangerZone app={shop({ name: 'Sh\u202eop' })} />)

  await press(pageWords.settings.delete)

  await screen.findByRole('dialog', { name: pageWords.settings.deleteTitle('Sh\ufffdop') })
})

test('what the role does not allow opens nothing', async () => {
  const refused = 'This needs the role admin; yours is developer.'
  const can = { 'app:clone': refused, 'app:export': refused, 'app:delete': refused, 'app:stop': refused }
  await showInPage(<DangerZone app={shop({ can })} />)

  for (const name of [
    copyWords.cloneAction,
    copyWords.exportAction,
    pageWords.settings.delete,
    copyWords.stop,
  ]) {
    const button = screen.getByRole('button', { name })
    expect(button.getAttribute('aria-disabled'), name).toBe('true')
    await user.click(button)
    expect(screen.queryByRole('dialog'), name).toBeNull()
  }
})

test('a clone is made with the name that was typed, and its deployment is shown', async () => {
  const made = { app: shop({ slug: 'till', name: 'Till' }), deployment: 1, notes: ['KEY is to be set.'] }
  const { asked } = await startTinyApi({ [CLONE]: () => made })
  const page = await showInPage(<DangerZone app={shop()} />)

  await press(copyWords.cloneAction)
  const form = await dialog()
  const slug = form.getByRole<HTMLInputElement>('textbox', { name: copyWords.newSlug })
  expect(slug.value).toBe('shop-copy')
  await user.clear(slug)
  await user.type(slug, ' till ')
  await user.click(form.getByRole('switch', { name: copyWords.secrets }))
  await press(copyWords.cloneAction, form)

  await screen.findByText(`${copyWords.cloned('Till')} KEY is to be set.`)
  expect(asked[0]).toEqual({ what: CLONE, body: { slug: 'till', secrets: false } })
  expect(page.path()).toBe('/apps/till/deployments/1')
})

test('a name that is taken stays in the form of the clone, with the reason beside it', async () => {
  const errors = [{ path: 'body.slug', message: 'is taken' }]
  const refusal = refuse({ status: 409, code: 'conflict', detail: 'There is such an app.', errors })
  const { asked } = await startTinyApi({ [CLONE]: () => refusal })
  await showInPage(<DangerZone app={shop()} />)

  await press(copyWords.cloneAction)
  const form = await dialog()
  await user.type(form.getByRole('textbox', { name: copyWords.newName }), 'Till')
  await press(copyWords.cloneAction, form)

  await form.findByText('is taken')
  expect(asked[0]?.body).toEqual({ slug: 'shop-copy', name: 'Till', secrets: true })
  const slug = form.getByRole<HTMLInputElement>('textbox', { name: copyWords.newSlug })
  expect(slug.getAttribute('aria-invalid')).toBe('true')
  expect(form.getByRole<HTMLInputElement>('textbox', { name: copyWords.newName }).value).toBe('Till')
})

test('an export is ordered without secrets, and its file offered once it is there', async () => {
  const written = Promise.withResolvers<unknown>()
  const { asked } = await startTinyApi({
    [EXPORT]: () => job(null),
    'GET /api/v1/app-jobs': () => written.promise,
  })
  await showInPage(<DangerZone app={shop()} />)

  await press(copyWords.exportAction)
  const form = await dialog()
  await press(copyWords.exportAction, form)
  await expect
    .poll(() => form.queryByRole('button', { name: copyWords.exportAction, busy: true }))
    .not.toBeNull()
  expect(asked.find(({ what }) => what === EXPORT)?.body).toEqual({})
  written.resolve([job({ name: 'shop.tar.gz', sizeBytes: 10 })])

  const link = await form.findByRole('link')
  expect(link.getAttribute('href')).toBe('/api/v1/app-jobs/job_1/file')
  form.getByText(`${copyWords.exportReady} ${bulkWords.fileUntil}`)
  expect(form.queryByRole('button', { name: words.cancel })).toBeNull()
})

test('secrets are exported only under a passphrase that is long enough', async () => {
  const { asked } = await startTinyApi({ [EXPORT]: () => job(null), 'GET /api/v1/app-jobs': () => [] })
  await showInPage(<DangerZone app={shop()} />)

  await press(copyWords.exportAction)
  const form = await dialog()
  await user.click(form.getByRole('switch', { name: copyWords.exportSecrets }))
  await user.type(form.getByLabelText(copyWords.passphrase), 'eleven char')
  await press(copyWords.exportAction, form)
  expect(asked).toEqual([])
  await user.type(form.getByLabelText(copyWords.passphrase), 's')
  await press(copyWords.exportAction, form)

  await expect.poll(() => asked[0]?.body).toEqual({ secrets: true, passphrase: 'eleven chars' })
})

test('who may not export secrets is told why, and cannot choose them', async () => {
  const refused = 'This needs the role owner; yours is admin.'
  await showInPage(<DangerZone app={shop({ can: { ...MAY, 'app:export-secrets': refused } })} />)

  await press(copyWords.exportAction)
  const form = await dialog()
  await user.click(form.getByRole('switch', { name: copyWords.exportSecrets }))

  form.getByText(refused)
  expect(form.queryByLabelText(copyWords.passphrase)).toBeNull()
})

const MAY = {
  ...{ 'app:stop': true, 'app:start': true, 'app:clone': true, 'app:delete': true },
  ...{ 'app:export': true, 'app:export-secrets': true },
}

async function dialog() {
  return within(await screen.findByRole('dialog'))
}

async function press(name: string, where: Pick<typeof screen, 'getByRole'> = screen): Promise<void> {
  await user.click(where.getByRole('button', { name }))
}

function job(file: { name: string; sizeBytes: number } | null) {
  const at = new Date().toISOString()
  const state = file ? 'succeeded' : 'running'
  return { id: 'job_1', action: 'export', state, file, error: null, createdAt: at, finishedAt: file && at }
}

function shop(change: object = {}): App {
  return { slug: 'shop', name: 'Shop', state: 'active', can: MAY, ...change } as unknown as App
}

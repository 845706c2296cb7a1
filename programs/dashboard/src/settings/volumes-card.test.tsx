import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { App } from '../api/queries.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { platformWords } from '../words/en/platform.ts'
import { settingWords } from '../words/en/settings.ts'
import { VolumesCard } from './volumes-card.tsx'

const w = settingWords.volumes
const user = userEvent.setup()
const LIST = 'GET /api/v1/apps/shop/volumes'
const TRASH = 'GET /api/v1/apps/shop/trash'
const REMOVE = 'DELETE /api/v1/apps/shop/volumes/old'
const RESTORE = 'POST /api/v1/apps/shop/trash/vol_1/restore'
const EMPTY = 'DELETE /api/v1/apps/shop/trash/vol_1'
const OLD = { name: 'old', path: null, sizeBytes: 2048 }

test('a volume that nothing uses is put into the trash after a question', async () => {
  let volumes = [OLD]
  let trash: unknown[] = []
  const { asked } = await startTinyApi({
    [LIST]: () => volumes,
    [TRASH]: () => trash,
    [REMOVE]() {
      volumes = []
      trash = [trashed()]
      return trash[0]
    },
  })
  await showInPage(<VolumesCard app={shop()} />)

  await user.click(await screen.findByRole('button', { name: w.removeOf('old') }))
  await screen.findByRole('dialog', { name: w.removeTitle('old') })
  await user.keyboard('{Escape}')
  expect(asked.some(({ what }) => what === REMOVE)).toBe(false)
  await user.click(screen.getByRole('button', { name: w.removeOf('old') }))
  await user.click((await dialog()).getByRole('button', { name: w.remove }))

  await screen.findByText(w.removed('old'))
  await screen.findByText(w.none)
  within(await screen.findByRole('region', { name: w.trash })).getByText('old')
})

test('a volume that could not be removed stays, with the reason in the question', async () => {
  const refusal = refuse({ status: 409, code: 'in_use', detail: 'An instance still writes to it.' })
  await startTinyApi({ [LIST]: () => [OLD], [TRASH]: () => [], [REMOVE]: () => refusal })
  await showInPage(<VolumesCard app={shop()} />)

  await user.click(await screen.findByRole('button', { name: w.removeOf('old') }))
  const question = await dialog()
  await user.click(question.getByRole('button', { name: w.remove }))

  await question.findByText('An instance still writes to it.')
})

test('a volume that the current release uses cannot be removed', async () => {
  await startTinyApi({ [LIST]: () => [{ ...OLD, path: '/data' }], [TRASH]: () => [] })
  await showInPage(<VolumesCard app={shop()} />)

  const button = await screen.findByRole('button', { name: w.removeOf('old') })
  await user.click(button)

  expect(button.getAttribute('aria-disabled')).toBe('true')
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('a volume comes back from the trash without a question', async () => {
  let trash: unknown[] = [trashed()]
  await startTinyApi({
    [LIST]: () => (trash.length === 0 ? [OLD] : []),
    [TRASH]: () => trash,
    [RESTORE]() {
      trash = []
      return OLD
    },
  })
  await showInPage(<VolumesCard app={shop()} />)

  await user.click(await screen.findByRole('button', { name: platformWords.trash.restore }))

  await screen.findByText(w.restored('old'))
  await screen.findByRole('button', { name: w.removeOf('old') })
  await expect.poll(() => screen.queryByRole('region', { name: w.trash })).toBeNull()
})

test('a volume is gone for good once its name was typed', async () => {
  const { asked } = await startTinyApi({
    [LIST]: () => [],
    [TRASH]: () => [trashed()],
    [EMPTY]: () => ({ removed: true }),
  })
  await showInPage(<VolumesCard app={shop()} />)

  await user.click(await screen.findByRole('button', { name: platformWords.trash.remove }))
  const question = await dialog()
  await user.click(question.getByRole('button', { name: platformWords.trash.remove }))
  expect(asked.some(({ what }) => what === EMPTY)).toBe(false)
  await user.type(question.getByRole('textbox'), 'old')
  await user.click(question.getByRole('button', { name: platformWords.trash.remove }))

  await screen.findByText(w.emptied('old'))
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(asked.some(({ what }) => what === EMPTY)).toBe(true)
})

test('why a volume could not be emptied is told once, in the question', async () => {
  const refusal = refuse({ status: 503, code: 'under_pressure', detail: 'Too much at once.' })
  await startTinyApi({ [LIST]: () => [], [TRASH]: () => [trashed()], [EMPTY]: () => refusal })
  await showInPage(<VolumesCard app={shop()} />)

  await user.click(await screen.findByRole('button', { name: platformWords.trash.remove }))
  const question = await dialog()
  await user.type(question.getByRole('textbox'), 'old')
  await user.click(question.getByRole('button', { name: platformWords.trash.remove }))

  await question.findByText('Too much at once.')
  expect(screen.getAllByText('Too much at once.')).toHaveLength(1)
})

async function dialog() {
  return within(await screen.findByRole('dialog'))
}

function trashed() {
  const [deletedAt, purgeAt] = ['2026-01-01T00:00:00.000Z', '2026-01-08T00:00:00.000Z']
  return { id: 'vol_1', name: 'old', cause: 'removed', sizeBytes: 2048, deletedAt, purgeAt }
}

function shop(): App {
  return { slug: 'shop', name: 'Shop', can: { 'volume:write': true, 'volume:purge': true } } as unknown as App
}

import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { TrashedApp } from '../api/platform-queries.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { pageWords } from '../words/en/pages.ts'
import { platformWords } from '../words/en/platform.ts'
import { TrashList } from './trash-list.tsx'

const words = platformWords.trash
const user = userEvent.setup()
const RESTORE = 'POST /api/v1/trash/app_shop/restore'
const REMOVE = 'DELETE /api/v1/trash/app_shop'

test('an app comes back at once, with the way to it', async () => {
  const { asked } = await startTinyApi({ [RESTORE]: () => ({ name: 'Shop', slug: 'shop-2' }) })
  const page = await showInPage(<TrashList apps={[trashed('blog'), trashed('shop')]} />)

  await user.click(of('shop').getByRole('button', { name: words.restore }))

  await screen.findByText(words.restored('Shop'))
  expect(asked.map(({ what }) => what)).toEqual([RESTORE])
  await user.click(screen.getByRole('link', { name: words.toApp }))
  expect(page.path()).toBe('/apps/shop-2')
})

test('an app that cannot come back says why, and stays', async () => {
  const refusal = refuse({ status: 409, code: 'quota', detail: 'The team has enough apps.' })
  await startTinyApi({ [RESTORE]: () => refusal })
  await showInPage(<TrashList apps={[trashed('shop')]} />)

  await user.click(of('shop').getByRole('button', { name: words.restore }))

  await screen.findByText('The team has enough apps.')
  expect(of('shop').getByRole('button', { name: words.restore }).getAttribute('aria-disabled')).toBeNull()
})

test('to remove an app for good, its name is typed first', async () => {
  const { asked } = await startTinyApi({ [REMOVE]: () => ({}) })
  await showInPage(<TrashList apps={[trashed('blog'), trashed('shop')]} />)
  await user.click(of('shop').getByRole('button', { name: words.remove }))
  const dialog = within(await screen.findByRole('dialog', { name: words.removeTitle('The shop') }))
  const go = () => dialog.getByRole('button', { name: words.remove })

  await user.click(go())
  await user.type(dialog.getByLabelText(pageWords.settings.typeFirst('shop')), 'sho')
  await user.click(go())
  expect(asked).toEqual([])
  await user.type(dialog.getByLabelText(pageWords.settings.typeFirst('shop')), 'p')
  await user.click(go())

  await screen.findByText(words.removing('The shop'))
  expect(asked.map(({ what }) => what)).toEqual([REMOVE])
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('a removal that is refused says why in the question; Escape leaves it', async () => {
  const refusal = refuse({ status: 409, code: 'conflict', detail: 'A volume is still in use.' })
  await startTinyApi({ [REMOVE]: () => refusal })
  await showInPage(<TrashList apps={[trashed('shop')]} />)
  await user.click(of('shop').getByRole('button', { name: words.remove }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.type(dialog.getByLabelText(pageWords.settings.typeFirst('shop')), 'shop')

  await user.click(dialog.getByRole('button', { name: words.remove }))

  await dialog.findByText('A volume is still in use.')
  await user.keyboard('{Escape}')
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('who may do neither asks for nothing', async () => {
  const { asked } = await startTinyApi({})
  const why = 'This needs the role owner.'
  await showInPage(<TrashList apps={[trashed('shop', { 'app:restore': why, 'app:purge': why })]} />)

  for (const name of [words.restore, words.remove]) {
    await user.click(of('shop').getByRole('button', { name }))
    expect(of('shop').getByRole('button', { name }).getAttribute('aria-disabled')).toBe('true')
  }

  expect(screen.queryByRole('dialog')).toBeNull()
  expect(asked).toEqual([])
})

/** The row of one app. */
function of(slug: string) {
  return within(
    screen.getAllByRole('listitem').find(({ textContent }) => textContent?.includes(`The ${slug}`))!,
  )
}

function trashed(slug: string, can: object = { 'app:restore': true, 'app:purge': true }): TrashedApp {
  return {
    ...{ id: `app_${slug}`, slug, name: `The ${slug}`, team: { name: 'Crew' }, can },
    ...{ deletedAt: '2026-01-01T00:00:00.000Z', purgeAt: '2026-01-08T00:00:00.000Z' },
  } as unknown as TrashedApp
}

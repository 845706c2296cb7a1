import { useQuery } from '@tanstack/react-query'
import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { type App, queries } from '../api/queries.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { tagWords } from '../words/en/app-jobs.ts'
import { words } from '../words/en.ts'
import { TagsCard } from './tags-card.tsx'

const user = userEvent.setup()
const SHOW = 'GET /api/v1/apps/shop'
const LIST = 'GET /api/v1/apps'
const CHANGE = 'PATCH /api/v1/apps/shop'

test('tags are saved together, and nothing can be saved before something changed', async () => {
  let app = shop([])
  const { asked } = await startTinyApi({
    [SHOW]: () => app,
    [LIST]: () => [app],
    [CHANGE]: body => {
      app = shop((body as App).tags)
      return app
    },
  })
  await showInPage(<Card />)
  await screen.findByText(tagWords.title)
  expect(canSave()).toBe(false)

  await user.type(screen.getByLabelText(tagWords.add), 'internal{Enter}customer-x{Enter}')
  expect(canSave()).toBe(true)
  await user.click(screen.getByRole('button', { name: words.save }))

  await screen.findByText(tagWords.saved)
  expect(asked.find(({ what }) => what === CHANGE)?.body).toEqual({ tags: ['customer-x', 'internal'] })
  await expect.poll(canSave).toBe(false)
})

test('tags that are refused are told of, and stay to be mended', async () => {
  const refusal = refuse({ status: 400, code: 'invalid_input', detail: 'A tag is too long.' })
  await startTinyApi({ [SHOW]: () => shop([]), [LIST]: () => [shop([])], [CHANGE]: () => refusal })
  await showInPage(<Card />)

  await user.type(await screen.findByLabelText(tagWords.add), 'internal{Enter}')
  await user.click(screen.getByRole('button', { name: words.save }))

  await screen.findByText('A tag is too long.')
  screen.getByText('internal')
  expect(canSave()).toBe(true)
})

function canSave(): boolean {
  return screen.getByRole('button', { name: words.save }).getAttribute('aria-disabled') !== 'true'
}

function Card() {
  const { data: app } = useQuery(queries.app('shop'))
  return app ? <TagsCard app={app} /> : null
}

function shop(tags: string[]): App {
  return {
    ...{ id: 'app_1', slug: 'shop', name: 'Shop', tags, state: 'active', can: { 'app:update': true } },
    ...{ currentRelease: null, lastDeployment: null, lastRequestAt: null, url: 'http://shop.localhost/' },
  } as unknown as App
}

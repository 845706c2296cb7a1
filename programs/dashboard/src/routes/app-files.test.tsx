import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { fileSearch } from '../files/file-search.ts'
import { showRoute } from '../testing/show.tsx'
import { startTinyApi } from '../testing/tiny-api.ts'
import { fileSize } from '../text/sizes.ts'
import { fileWords } from '../words/en/files.ts'
import { AppFiles } from './app-files.tsx'

const user = userEvent.setup()
const SHOW = 'GET /api/v1/apps/shop'
const RELEASES = 'GET /api/v1/apps/shop/releases'
const VOLUMES = 'GET /api/v1/apps/shop/volumes'
const AT = '2026-01-01T00:00:00.000Z'

test('the files of the release that serves are shown first; another one and a volume can be chosen', async () => {
  const { asked } = await startTinyApi({ ...known(), ...files('releases/2', 'two.js') })
  await show()
  await screen.findByText('two.js')
  const choice = screen.getByLabelText<HTMLSelectElement>(fileWords.of)
  await expect
    .poll(() => [...choice.options].map(({ text }) => text))
    .toEqual([
      fileWords.release(2, true),
      fileWords.release(1, false),
      fileWords.volume('data', fileSize(3_000)),
    ])

  await user.selectOptions(choice, fileWords.release(1, false))
  await screen.findByText('one.js')
  await user.selectOptions(choice, fileWords.volume('data', fileSize(3_000)))

  await screen.findByText('kept.db')
  screen.getByText(fileWords.volumeAbout)
  expect(asked.some(({ what }) => what === 'GET /api/v1/apps/shop/volumes/data/files')).toBe(true)
})

test('a folder is opened by its name, and its search does not follow into the next', async () => {
  await startTinyApi(known())
  const page = await show()
  await user.type(await screen.findByLabelText(fileWords.search), 'src')

  await user.click(await screen.findByRole('link', { name: /src/ }))

  await expect.poll(page.search).toMatchObject({ path: 'src' })
  expect(screen.getByLabelText<HTMLInputElement>(fileWords.search).value).toBe('')
})

test('without a release there is nothing to look at, which is said', async () => {
  const { asked } = await startTinyApi({ ...known(), [SHOW]: () => shop({ currentRelease: null }) })
  await show()

  await screen.findByText(fileWords.noRelease)
  expect(asked.map(({ what }) => what)).toEqual([SHOW])
})

test('who may not look is told why, and no file is asked for', async () => {
  const why = 'This needs the role developer.'
  const { asked } = await startTinyApi({ ...known(), [SHOW]: () => shop({ can: { 'app:files': why } }) })
  await show()

  await screen.findByText(why)
  expect(asked.map(({ what }) => what)).toEqual([SHOW])
})

const show = () =>
  showRoute(AppFiles, {
    path: '/apps/$slug/files',
    at: '/apps/shop/files',
    validateSearch: fileSearch,
  })

function known(): Record<string, () => unknown> {
  return {
    [SHOW]: () => shop(),
    [RELEASES]: () => [{ version: 1 }, { version: 2 }],
    [VOLUMES]: () => [{ name: 'data', sizeBytes: 3_000 }],
    ...files('releases/2', 'two.js'),
    ...files('releases/1', 'one.js'),
    ...files('volumes/data', 'kept.db'),
  }
}

function files(of: string, name: string): Record<string, () => unknown> {
  const entry = { name, kind: 'file', sizeBytes: 1, modifiedAt: AT, executable: false }
  return {
    [`GET /api/v1/apps/shop/${of}/files`]: () => [{ ...entry, name: 'src', kind: 'folder' }, entry],
  }
}

function shop(change: object = {}): object {
  return {
    ...{ slug: 'shop', lastDeployment: null, currentRelease: { version: 2 } },
    can: { 'app:files': true },
    ...change,
  }
}

import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { Change } from '../api/sight-queries.ts'
import { showInPage } from '../testing/show.tsx'
import { sightWords } from '../words/en/sight.ts'
import { Changes } from './changes.tsx'

const words = sightWords.changes
const user = userEvent.setup()

test('the newest changes are shown first, and the others when asked for', async () => {
  const changes = Array.from({ length: 14 }, (_, index) => change(`Change ${index}`))
  await showInPage(<Changes slug="shop" changes={changes} complete={false} onPoint={() => {}} />)

  expect(titles()).toHaveLength(12)
  expect(screen.queryByText(words.incomplete)).toBeNull()
  await user.click(screen.getByRole('button', { name: words.more(2) }))

  expect(titles()).toHaveLength(14)
  expect(screen.queryByRole('button')).toBeNull()
  screen.getByText(words.incomplete)
})

test('an entry is pointed at by the pointer and by the keyboard, and left again', async () => {
  const pointed: (string | undefined)[] = []
  const changes = [change('Set live', { deployment: 3, by: 'Ann' }), change('It crashed')]
  await showInPage(
    <Changes slug="shop" changes={changes} complete onPoint={each => pointed.push(each?.title)} />,
  )

  await user.hover(screen.getByText('It crashed'))
  await user.unhover(screen.getByText('It crashed'))
  expect(pointed).toEqual(['It crashed', undefined])
  await user.tab()
  expect(document.activeElement).toBe(screen.getByRole('link', { name: 'Set live' }))
  await user.tab()

  expect(pointed.slice(2)).toEqual(['Set live', undefined])
  screen.getByText(words.by('Ann'), { exact: false })
})

test('a deployment leads to its page', async () => {
  const changes = [change('Set live', { deployment: 3 })]
  const page = await showInPage(<Changes slug="shop" changes={changes} complete onPoint={() => {}} />)

  await user.click(screen.getByRole('link', { name: 'Set live' }))

  await expect.poll(page.path).toBe('/apps/shop/deployments/3')
})

test('it says when nothing changed', async () => {
  await showInPage(<Changes slug="shop" changes={[]} complete onPoint={() => {}} />)

  screen.getByText(words.nothing)
})

function titles(): HTMLElement[] {
  return screen.getAllByRole('listitem')
}

function change(title: string, given: object = {}): Change {
  const at = '2026-01-01T00:00:00.000Z'
  return { at, title, tone: 'neutral', by: null, deployment: null, ...given } as unknown as Change
}

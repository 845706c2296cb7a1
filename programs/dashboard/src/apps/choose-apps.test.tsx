import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { App } from '../api/queries.ts'
import { showInPage } from '../testing/show.tsx'
import { startTinyApi } from '../testing/tiny-api.ts'
import { bulkWords } from '../words/en/app-jobs.ts'
import { AppTable } from './app-table.tsx'
import BulkBar from './bulk-bar.tsx'
import { useSelection } from './use-selection.ts'

const user = userEvent.setup()
const MAY = { 'app:start': true, 'app:stop': true, 'app:restart': true, 'app:update': true } as const

test('space chooses an app, and a click with the shift key all from there', async () => {
  await showInPage(<Apps apps={['ant', 'bee', 'cat', 'dog'].map(slug => app(slug))} />)

  box('bee').focus()
  await user.keyboard(' ')
  await user.keyboard('{Shift>}')
  await user.click(box('dog'))
  await user.keyboard('{/Shift}')

  expect(checked()).toEqual(['bee', 'cat', 'dog'])
  screen.getByText(bulkWords.chosen(3))
})

test('all that match are chosen by one button, and left by another', async () => {
  await showInPage(<Apps apps={['ant', 'bee', 'cat'].map(slug => app(slug))} />)
  await user.click(box('ant'))

  await user.click(screen.getByRole('button', { name: bulkWords.all(3) }))
  expect(checked()).toEqual(['ant', 'bee', 'cat'])

  await user.click(screen.getByRole('button', { name: bulkWords.clear }))
  expect(checked()).toEqual([])
})

test('the dialog names the apps, and orders one job for all of them', async () => {
  const { asked } = await startTinyApi({ 'POST /api/v1/app-jobs': () => ({ id: 'job_1' }) })
  await showInPage(<Apps apps={[app('ant', 'Ant farm'), app('bee'), app('cat')]} />)
  await user.click(box('Ant farm'))
  await user.click(box('bee'))

  await user.click(screen.getByRole('button', { name: bulkWords.actions.stop }))
  const dialog = within(await screen.findByRole('dialog', { name: 'Stop 2 apps?' }))
  expect(dialog.getAllByRole('listitem').map(({ textContent }) => textContent?.trim())).toEqual([
    'Ant farm ant',
    'bee',
  ])
  await user.click(dialog.getByRole('button', { name: bulkWords.actions.stop }))

  await screen.findByText('nothing is chosen')
  expect(asked.filter(({ what }) => what.startsWith('POST'))).toEqual([
    { what: 'POST /api/v1/app-jobs', body: { action: 'stop', apps: ['ant', 'bee'] } },
  ])
})

test('to delete several, their number is typed first', async () => {
  const { asked } = await startTinyApi({ 'POST /api/v1/app-jobs': () => ({ id: 'job_1' }) })
  await showInPage(<Apps apps={[app('ant'), app('bee')]} />)
  await user.click(box('ant'))
  await user.click(box('bee'))

  await user.click(screen.getByRole('button', { name: bulkWords.actions.delete }))
  const dialog = within(await screen.findByRole('dialog'))
  const go = () => dialog.getByRole('button', { name: bulkWords.actions.delete })
  await user.click(go())
  expect(asked).toEqual([])
  await user.type(dialog.getByRole('textbox', { name: bulkWords.typeCount(2) }), '2')
  await user.click(go())

  await screen.findByText('nothing is chosen')
  expect(asked[0]?.body).toEqual({ action: 'delete', apps: ['ant', 'bee'], confirm: 2 })
})

test('what can be done to none of the chosen says why', async () => {
  const refused = 'This needs the role admin; yours is developer.'
  await showInPage(<Apps apps={[app('ant', 'ant', { 'app:delete': refused })]} />)
  await user.click(box('ant'))

  const remove = screen.getByRole('button', { name: bulkWords.actions.delete })
  await user.click(remove)

  expect(remove.getAttribute('aria-disabled')).toBe('true')
  expect(screen.queryByRole('dialog')).toBeNull()
})

function Apps({ apps }: { apps: App[] }) {
  const selection = useSelection(apps, apps)
  const chosen = apps.filter(({ slug }) => selection.chosen.has(slug))
  return (
    <>
      <AppTable apps={apps} figures={undefined} selection={selection} />
      {chosen.length > 0 ? (
        <BulkBar apps={chosen} shown={apps.length} selection={selection} knownTags={[]} />
      ) : (
        'nothing is chosen'
      )}
    </>
  )
}

const box = (name: string) => screen.getByRole('checkbox', { name: `Choose ${name}` })

function checked(): (string | undefined)[] {
  const boxes = screen.getAllByRole<HTMLInputElement>('checkbox', { name: /^Choose (?!all)/ })
  return boxes
    .filter(each => each.checked)
    .map(each => each.getAttribute('aria-label')?.replace('Choose ', ''))
}

function app(slug: string, name = slug, can: App['can'] = { ...MAY, 'app:delete': true }): App {
  return {
    ...{ id: slug, slug, name, can, state: 'active', tags: [], url: `http://${slug}.localhost/` },
    ...{ currentRelease: null, lastDeployment: null, lastRequestAt: null },
  } as unknown as App
}

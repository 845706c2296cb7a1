import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { App } from '../api/queries.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { deploymentWords } from '../words/en/deployments.ts'
import { pageWords } from '../words/en/pages.ts'
import { words } from '../words/en.ts'
import { RollbackDialog } from './rollback-dialog.tsx'

const w = pageWords.rollback
const user = userEvent.setup()
const CHANGES = 'GET /api/v1/apps/shop/releases/2/changes'
const ROLLBACK = 'POST /api/v1/apps/shop/rollback'
const SHOP = { slug: 'shop', name: 'Shop' } as App
const CHANGED = {
  ...{ from: 5, to: 2, settings: [], env: [{ name: 'API_KEY', change: 'removed' }] },
  code: { same: false, from: 'b2', to: 'a1', files: { added: 0, changed: 1, removed: 0 } },
}

test('what a rollback changes is shown before anything is sent', async () => {
  let closed = 0
  const { asked } = await startTinyApi({ [CHANGES]: () => CHANGED })
  await showInPage(<RollbackDialog app={SHOP} version={2} onClose={() => closed++} />)

  const changes = within(await screen.findByRole('region', { name: deploymentWords.changes }))
  changes.getByText('API_KEY')
  changes.getByText(deploymentWords.files(0, 1, 0))
  await user.click(screen.getByRole('button', { name: words.cancel }))

  expect(closed).toBe(1)
  expect(asked.map(({ what }) => what)).toEqual([CHANGES])
})

test('a rollback with the environment of today leads to its deployment', async () => {
  let closed = 0
  const { asked } = await startTinyApi({ [CHANGES]: () => CHANGED, [ROLLBACK]: () => ({ number: 9 }) })
  const page = await showInPage(<RollbackDialog app={SHOP} version={2} onClose={() => closed++} />)

  expect(screen.getByLabelText<HTMLInputElement>(w.envs.release).checked).toBe(true)
  await user.click(screen.getByLabelText(w.envs.current))
  await user.click(screen.getByRole('button', { name: pageWords.releases.rollBackTo(2) }))

  await expect.poll(page.path).toBe('/apps/shop/deployments/9')
  expect(closed).toBe(1)
  expect(asked.find(({ what }) => what === ROLLBACK)?.body).toEqual({ release: 2, env: 'current' })
})

test('a rollback that is refused leaves the question open, and the page says why', async () => {
  let closed = 0
  const refusal = refuse({ status: 409, code: 'gone', detail: 'That release is no longer kept.' })
  await startTinyApi({ [CHANGES]: () => CHANGED, [ROLLBACK]: () => refusal })
  await showInPage(<RollbackDialog app={SHOP} version={2} onClose={() => closed++} />)

  await user.click(screen.getByRole('button', { name: pageWords.releases.rollBackTo(2) }))

  await screen.findByText('That release is no longer kept.')
  screen.getByRole('dialog', { name: w.title('Shop', 2) })
  expect(closed).toBe(0)
})

import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { showInPage } from '../testing/show.tsx'
import { startTinyApi } from '../testing/tiny-api.ts'
import { ReclaimDialog } from './reclaim-dialog.tsx'

const user = userEvent.setup()
const OLD = { kind: 'artifact', name: 'sha256:old', app: null, bytes: 2_000_000 }
const YOUNG = { kind: 'source', name: '<b>young</b>', app: null, bytes: 1_000_000 }
const NEVER = [{ kind: 'volume', why: 'the data of apps' }]

function reclaiming(items: readonly object[]) {
  return startTinyApi({
    'POST /api/v1/disk/reclaim': body =>
      (body as { apply: boolean }).apply
        ? { applied: true, items: [OLD], never: NEVER }
        : { applied: false, items, never: NEVER },
  })
}

test('shows what goes and what never does, and removes it only when told', async () => {
  const { asked } = await reclaiming([OLD, YOUNG])
  let closed = 0
  const { container } = await showInPage(<ReclaimDialog onClose={() => closed++} />)

  await screen.findByText('2 things go, 3.0 MB in all')
  expect(screen.getByText(/the data of apps/)).toBeDefined()
  expect(container.ownerDocument.querySelector('b')).toBeNull()
  expect(asked.map(({ body }) => body)).toEqual([{ apply: false }])
  await user.click(screen.getByRole('button', { name: 'Remove 3.0 MB' }))

  await screen.findByText(/2\.0 MB were freed\. 1 thing was made only minutes ago/)
  expect(asked.at(-1)!.body).toEqual({ apply: true })
  expect(closed).toBe(1)
})

test('where nothing can go, nothing can be pressed', async () => {
  await reclaiming([])
  await showInPage(<ReclaimDialog onClose={() => undefined} />)

  await screen.findByText(/There is nothing to remove: everything is needed/)
  expect(screen.getByRole('button', { name: /^Remove/ }).getAttribute('aria-disabled')).toBe('true')
})

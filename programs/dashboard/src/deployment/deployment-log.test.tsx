import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from '@tanstack/react-router'
import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { TooltipProvider } from '../components/tooltip.tsx'
import { logWords as words } from '../words/en/logs.ts'
import { DeploymentLog } from './deployment-log.tsx'
import { addEvents, type DeploymentEvent, noProgress, type Progress } from './deployment-progress.ts'

const user = userEvent.setup()
const ADDRESS = '/apps/shop/deployments/4'

/** Only what fits into the box is drawn, and nothing has a size here. */
beforeEach(() => void vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(500))
afterEach(() => void vi.restoreAllMocks())

test('a step is folded by itself, and all of them at once', async () => {
  await showLog(built())
  await screen.findByText('npm ci')

  await user.click(screen.getByRole('button', { name: new RegExp(`^${words.fold('Install')}`) }))
  expect(screen.queryByText('npm ci')).toBeNull()
  screen.getByText('Cannot find x')
  await user.click(screen.getByRole('button', { name: words.unfoldAll }))
  screen.getByText('npm ci')
  await user.click(screen.getByRole('button', { name: words.foldAll }))

  expect(screen.queryByText('npm ci')).toBeNull()
  expect(screen.queryByText('Cannot find x')).toBeNull()
})

test('what is looked for is counted, and gone through in a circle', async () => {
  const page = await showLog(built())

  await user.type(await screen.findByRole('searchbox', { name: words.find }), 'NPM{Enter}')
  await screen.findByText(words.places(1, 2))
  expect(page.hash()).toBe('L1')
  await user.keyboard('{Enter}')
  await screen.findByText(words.places(2, 2))
  expect(page.hash()).toBe('L3')
  await user.keyboard('{Enter}')
  await screen.findByText(words.places(1, 2))
  await user.keyboard('{Shift>}{Enter}{/Shift}')

  await screen.findByText(words.places(2, 2))
})

test('what is nowhere leads nowhere', async () => {
  const page = await showLog(built())

  await user.type(await screen.findByRole('searchbox', { name: words.find }), 'yarn{Enter}')
  await screen.findByText(words.places(0, 0))
  const next = screen.getByRole('button', { name: words.next })
  await user.click(next)

  expect(next.getAttribute('aria-disabled')).toBe('true')
  expect(page.hash()).toBe('')
})

test('the failing line is gone to, out of a step that is folded', async () => {
  const page = await showLog(built())
  await user.click(await screen.findByRole('button', { name: words.foldAll }))

  await user.click(screen.getByRole('button', { name: words.toFailure }))

  await screen.findByText('Cannot find x')
  expect(page.hash()).toBe('L4')
  expect(screen.queryByText('npm ci')).toBeNull()
})

test('without a line it says whether one is still to come', async () => {
  await showLog(noProgress())
  await screen.findByText(words.waiting)
})

test('without a line at the end there is none', async () => {
  await showLog(addEvents(noProgress(), [{ type: 'end', state: 'succeeded' } as DeploymentEvent]))
  await screen.findByText(words.noLines)
})

async function showLog(progress: Progress): Promise<{ hash(): string }> {
  const root = createRootRoute()
  const inside = createRoute({ getParentRoute: () => root, id: 'inside' })
  const page = createRoute({
    getParentRoute: () => inside,
    path: '/apps/$slug/deployments/$number',
    component: () => (
      <TooltipProvider>
        <DeploymentLog progress={progress} name="shop-4" />
      </TooltipProvider>
    ),
  })
  const history = createMemoryHistory({ initialEntries: [ADDRESS] })
  const router = createRouter({ routeTree: root.addChildren([inside.addChildren([page])]), history })
  render(<RouterProvider router={router as never} />)
  await screen.findByRole('log')
  return { hash: () => router.state.location.hash }
}

function built(): Progress {
  const log = (step: string, text: string) => ({ type: 'log', step, text, stream: 'stdout' })
  return addEvents(noProgress(), [
    { type: 'step', name: 'install', title: 'Install', state: 'started' },
    log('install', 'npm ci'),
    log('install', 'added 3 packages'),
    { type: 'step', name: 'install', state: 'succeeded', durationMs: 900 },
    { type: 'step', name: 'build', title: 'Build', state: 'started' },
    log('build', 'npm run build'),
    log('build', 'Cannot find x'),
    { type: 'step', name: 'build', state: 'failed', durationMs: 100 },
    { type: 'end', state: 'failed' },
  ] as unknown as DeploymentEvent[])
}

import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { Suspense } from 'react'
import { expect, test } from 'vitest'
import { showInPage } from '../testing/show.tsx'
import { startTinyApi } from '../testing/tiny-api.ts'
import { fileSize } from '../text/sizes.ts'
import { fullDay } from '../text/times.ts'
import { platformWords } from '../words/en/platform.ts'
import { PlatformDisk } from './platform-disk.tsx'

const words = platformWords.disk
const user = userEvent.setup()
const AT = '2026-01-01T00:00:00.000Z'

test('the page says how full the disk is, when it will be full, and which step is reached', async () => {
  const forecast = { state: 'growing', bytesPerDay: 1_000_000, fullAt: AT }
  await startTinyApi(answers({ usedPercent: 92, forecast }))
  await show()

  await screen.findByText(words.used(fileSize(920), fileSize(1_000), 92))
  screen.getByText(words.reached(90))
  const growing = words.growing(fileSize(1_000_000), fullDay(Date.parse(AT)))
  expect(screen.getByRole('main').textContent).toContain(`${growing} ${words.steps('80, 90, 95')}`)
})

test('below the first step of the platform nothing is warned of', async () => {
  await startTinyApi(answers({ usedPercent: 92, levels: [95, 99] }))
  await show()

  await screen.findByText(words.used(fileSize(920), fileSize(1_000), 92))
  expect(screen.queryByText(/^More than/)).toBeNull()
  expect(screen.getByRole('main').textContent).toContain(words.steps('95, 99'))
})

test('what takes the disk is told by kind, or by app with the way to it', async () => {
  await startTinyApi(answers({}))
  await show()
  await screen.findByRole('columnheader', { name: words.kind })
  expect(screen.queryByRole('link', { name: 'shop' })).toBeNull()

  await user.click(screen.getByRole('radio', { name: words.byApp }))

  expect(screen.getByRole('link', { name: 'shop' }).getAttribute('href')).toBe('/apps/shop')
  screen.getByText(words.shared)
})

test('what can go is looked at first; nothing is removed by opening or leaving that', async () => {
  const { asked } = await startTinyApi(answers({}))
  await show()

  await user.click(await screen.findByRole('button', { name: words.reclaim }))
  const dialog = within(await screen.findByRole('dialog'))
  await dialog.findByText(/the data of apps/)
  await user.keyboard('{Escape}')

  expect(screen.queryByRole('dialog')).toBeNull()
  const orders = asked.filter(({ what }) => what.startsWith('POST'))
  expect(orders.map(({ body }) => body)).toEqual([{ apply: false }])
})

test('who is no administrator is told so, and the disk is not asked for', async () => {
  const { asked } = await startTinyApi({
    ...answers({}),
    'GET /api/v1/account': () => ({ platformRole: 'user' }),
  })
  await show()

  await screen.findByText(platformWords.adminsOnly)
  expect(asked.map(({ what }) => what)).toEqual(['GET /api/v1/account'])
})

async function show(): Promise<void> {
  await showInPage(
    <Suspense fallback={null}>
      <PlatformDisk />
    </Suspense>,
  )
}

function answers(report: object): Record<string, () => unknown> {
  return {
    'GET /api/v1/account': () => ({ platformRole: 'admin' }),
    'GET /api/v1/disk': () => ({
      ...{ totalBytes: 1_000, freeBytes: 80, usedPercent: 92, measuredAt: AT, history: [] },
      forecast: { state: 'unknown' },
      entries: [
        { kind: 'log', app: 'shop', bytes: 300 },
        { kind: 'artifact', app: null, bytes: 500 },
      ],
      ...report,
    }),
    'POST /api/v1/disk/reclaim': () => ({
      ...{ applied: false, items: [], never: [{ kind: 'volume', why: 'the data of apps' }] },
    }),
  }
}

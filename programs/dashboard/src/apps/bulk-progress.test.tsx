import { useQuery } from '@tanstack/react-query'
import { cleanup, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test } from 'vitest'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { fileSize } from '../text/sizes.ts'
import { bulkWords } from '../words/en/app-jobs.ts'
import { type AppJob, appJobQueries } from './app-job-queries.ts'
import BulkProgress from './bulk-progress.tsx'

const user = userEvent.setup()
const LIST = 'GET /api/v1/app-jobs'
const CANCEL = 'POST /api/v1/app-jobs/job_1/cancel'

beforeEach(() => sessionStorage.clear())

test('the rest of a job is left out by one button, and what was left says why', async () => {
  let current = job({ state: 'running' }, ['done', 'working', 'waiting'])
  const { asked } = await startTinyApi({
    [LIST]: () => [current],
    [CANCEL]: () => {
      current = job({ state: 'cancelled' }, ['done', 'done', 'refused'])
      return current
    },
  })
  await showInPage(<Jobs />)
  await screen.findByText(bulkWords.progress(1, 3))
  expect(screen.queryByRole('button', { name: bulkWords.dismiss })).toBeNull()

  await user.click(screen.getByRole('button', { name: bulkWords.cancel }))

  await screen.findByText(bulkWords.progress(2, 3))
  expect(asked.filter(({ what }) => what === CANCEL)).toHaveLength(1)
  screen.getByText(bulkWords.left(1))
  screen.getByText('Because of app 2.')
  expect(screen.queryByRole('button', { name: bulkWords.cancel })).toBeNull()
})

test('a job that cannot be cut short says why, and goes on', async () => {
  const refusal = refuse({ status: 409, code: 'conflict', detail: 'It is as good as done.' })
  await startTinyApi({
    [LIST]: () => [job({ state: 'running' }, ['working', 'waiting'])],
    [CANCEL]: () => refusal,
  })
  await showInPage(<Jobs />)

  await user.click(await screen.findByRole('button', { name: bulkWords.cancel }))

  await screen.findByText('It is as good as done.')
  screen.getByRole('region', { name: bulkWords.running.restart })
})

test('a job that is over is dismissed, and stays so after a reload; others stay', async () => {
  const jobs = [
    job({ state: 'succeeded' }, ['done']),
    { ...job({ state: 'failed' }, ['failed']), id: 'job_2' },
  ]
  await showInPage(<BulkProgress jobs={jobs} />)
  expect(dismissals()).toHaveLength(2)

  await user.click(dismissals()[0]!)
  expect(dismissals()).toHaveLength(1)
  cleanup()
  await showInPage(<BulkProgress jobs={jobs} />)

  expect(dismissals()).toHaveLength(1)
  screen.getByText('Because of app 0.')
})

test('a restart leads to the deployment of each app', async () => {
  await showInPage(<BulkProgress jobs={[job({ state: 'running' }, ['done', 'waiting'], 4)]} />)

  expect(screen.getByRole('link', { name: bulkWords.deployment(4) }).getAttribute('href')).toBe(
    '/apps/app-0/deployments/4',
  )
  screen.getByText(bulkWords.states.waiting)
})

test('an export has its file for download, and its error where it failed', async () => {
  const file = { name: 'shop.tar.gz', sizeBytes: 2_000_000 }
  const done = job({ state: 'succeeded', action: 'export', file }, ['done'])
  const failed = job({ state: 'failed', action: 'export', id: 'job_2', error: 'The disk is full.' }, [
    'failed',
  ])
  await showInPage(<BulkProgress jobs={[done, failed]} />)

  const link = screen.getByRole('link', { name: bulkWords.download(fileSize(2_000_000)) })
  expect([link.getAttribute('href'), link.getAttribute('download')]).toEqual([
    '/api/v1/app-jobs/job_1/file',
    'shop.tar.gz',
  ])
  screen.getByText('The disk is full.')
})

const dismissals = () => screen.getAllByRole('button', { name: bulkWords.dismiss })

function Jobs() {
  const { data: jobs = [] } = useQuery(appJobQueries.recent())
  return <BulkProgress jobs={jobs} />
}

type State = AppJob['apps'][number]['state']

/** @param deployment of the first app */
function job(facts: object, states: State[], deployment: number | null = null): AppJob {
  const now = new Date().toISOString()
  return {
    ...{ id: 'job_1', action: 'restart', file: null, error: null, createdAt: now, finishedAt: null },
    apps: states.map((state, index) => ({
      ...{ slug: `app-${index}`, state, deployment: index === 0 ? deployment : null },
      reason: state === 'refused' || state === 'failed' ? `Because of app ${index}.` : null,
    })),
    ...facts,
  } as unknown as AppJob
}

import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { Job } from '../api/platform-queries.ts'
import { showInPage } from '../testing/show.tsx'
import { startTinyApi } from '../testing/tiny-api.ts'
import { JobActions } from './job-actions.tsx'

const user = userEvent.setup()
const JOB = { id: 'job_1', kind: 'mail', state: 'queued', cancelRequested: false } as Job

test('a job that waits is cancelled once that was confirmed, and cannot run again before', async () => {
  const { asked } = await startTinyApi({ 'POST /api/v1/jobs/job_1/cancel': () => JOB })
  await showInPage(<JobActions job={JOB} />)

  const retry = screen.getByRole('button', { name: 'Run again' })
  expect(retry.getAttribute('aria-disabled')).toBe('true')
  await user.click(retry)
  await user.click(screen.getByRole('button', { name: 'Cancel' }))
  expect(asked).toEqual([])
  const buttons = await screen.findAllByRole('button', { name: 'Cancel' })
  await user.click(buttons.at(-1)!)

  await screen.findByText('The job is being cancelled.')
  expect(asked.map(({ what }) => what)).toEqual(['POST /api/v1/jobs/job_1/cancel'])
})

test('a job that failed runs again, and cannot be cancelled', async () => {
  const { asked } = await startTinyApi({ 'POST /api/v1/jobs/job_1/retry': () => JOB })
  await showInPage(<JobActions job={{ ...JOB, state: 'failed' }} />)

  expect(screen.getByRole('button', { name: 'Cancel' }).getAttribute('aria-disabled')).toBe('true')
  await user.click(screen.getByRole('button', { name: 'Run again' }))

  await waitFor(() => expect(asked).toHaveLength(1))
  await screen.findByRole('link', { name: 'Show the job' })
})

import type { Logger } from '@seaworthy/kit'
import { expect, test } from 'vitest'
import { startTestControlPlane } from '../http/test-control-plane.ts'
import { clientOf, signInAs } from '../tokens/test-signed-in.ts'
import { pageFailuresRoutes } from './page-failures.routes.ts'

const FAILURE = { id: 'abc123def', message: 'x is not a function', page: '/apps/shop' }

test('the id that a reader is told to name is in the log', async () => {
  const lines: unknown[] = []
  const log = { warn: (...line: unknown[]) => lines.push(line) } as unknown as Logger
  const { answer } = pageFailuresRoutes({ log })['pageFailures.report'] as {
    answer(call: unknown): Promise<null>
  }

  await answer({ body: FAILURE, audit: { skip: () => undefined } })

  const { id: report, ...rest } = FAILURE
  expect(lines).toEqual([[{ report, ...rest }, 'a page of the dashboard failed']])
})

test('only who is signed in may report, and nothing without bounds', async () => {
  const plane = await startTestControlPlane()
  const ada = await signInAs(plane, 'Ada', {})
  const report = (body: typeof FAILURE) => ada.client.call('pageFailures.report', { body })

  expect(await report(FAILURE)).toBeNull()
  await expect(report({ ...FAILURE, message: 'x'.repeat(501) })).rejects.toMatchObject({ status: 400 })
  await expect(report({ ...FAILURE, id: 'a\nb' })).rejects.toMatchObject({ status: 400 })
  const stranger = clientOf(plane, 'nobody-has-this-token')
  await expect(stranger.call('pageFailures.report', { body: FAILURE })).rejects.toMatchObject({
    status: 401,
  })
})

import { screen, waitFor } from '@testing-library/react'
import { expect, test } from 'vitest'
import { ApiError } from '../api/client.ts'
import { showInPage } from '../testing/show.tsx'
import { startTinyApi } from '../testing/tiny-api.ts'
import { ErrorView } from './error-view.tsx'

test('what failed in the browser is told to the log, under the id that the reader sees', async () => {
  const { asked } = await startTinyApi({ 'POST /api/v1/page-failures': () => null })
  await showInPage(<ErrorView error={new TypeError('x is not a function')} onRetry={() => undefined} />)

  await waitFor(() => expect(asked).toHaveLength(1))
  const { id, message } = asked[0]!.body as { id: string; message: string }
  expect(message).toBe('x is not a function')
  expect(screen.getByText(id)).toBeDefined()
})

test('a request that was refused is in the log already, under its own id', async () => {
  const { asked } = await startTinyApi({})
  const error = new ApiError({
    status: 500,
    code: 'internal',
    message: 'It broke.',
    requestId: 'req_1',
  } as never)

  await showInPage(<ErrorView error={error} onRetry={() => undefined} />)

  expect(screen.getByText(error.requestId ?? 'none')).toBeDefined()
  expect(asked).toEqual([])
})

import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { showInPage } from '../testing/show.tsx'
import { startTinyApi } from '../testing/tiny-api.ts'
import { logWords as words } from '../words/en/logs.ts'
import { RequestTail } from './request-tail.tsx'

const user = userEvent.setup()
const LIST = 'GET /api/v1/apps/shop/requests'
const AT = '2026-01-01T12:00:30.000Z'

/** Only what fits into the box is drawn, and nothing has a size here. */
beforeEach(() => void vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(500))
afterEach(() => void vi.restoreAllMocks())

test('the requests of the time beside it are listed, and each tells everything when pressed', async () => {
  await startTinyApi({ [LIST]: () => ({ requests: [request('/cart', 200), request('/pay', 502)] }) })
  await showInPage(<RequestTail slug="shop" at={AT} />)

  await user.click(await screen.findByRole('button', { name: /\/pay$/ }))

  await screen.findByRole('dialog', { name: /502.*GET \/pay/ })
  await user.keyboard('{Escape}')
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('it waits first, and says when there was no request', async () => {
  const answer = Promise.withResolvers<unknown>()
  await startTinyApi({ [LIST]: () => answer.promise })
  await showInPage(<RequestTail slug="shop" at={AT} />)

  expect(screen.queryByText(words.noRequests)).toBeNull()
  answer.resolve({ requests: [] })

  await screen.findByText(words.noRequests)
})

function request(path: string, status: number) {
  return {
    ...{ id: `req${path}`, at: AT, method: 'GET', path, query: null, status, ms: 5, headMs: 4, host: 'shop' },
    ...{ address: '192.0.2.1', bytesIn: 0, bytesOut: 10, protocol: 'HTTP/1.1', release: 'v1' },
    ...{ process: 'web', instance: 'i', cache: null, agent: null, referrer: null },
  }
}

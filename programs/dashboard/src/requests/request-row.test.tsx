import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { SeenRequest } from '../api/sight-queries.ts'
import { RequestRow } from './request-row.tsx'

const user = userEvent.setup()

test('what a stranger asked for is shown, cut where nobody reads on, and does nothing', () => {
  const path = `/<img src=x onerror=alert(1)>\u202e${'x'.repeat(5_000)}`
  render(<RequestRow request={request({ path, query: 'a=\u0007' })} onOpen={() => {}} />)

  const row = screen.getByRole('button')
  expect(row.querySelector('img')).toBeNull()
  expect(row.textContent).toContain('/<img src=x onerror=alert(1)>\ufffd')
  expect(row.textContent!.length).toBeLessThan(400)
})

test('a request is opened by keyboard', async () => {
  let opened = 0
  render(<RequestRow request={request({})} onOpen={() => opened++} />)

  await user.tab()
  await user.keyboard('{Enter}')

  expect(opened).toBe(1)
})

function request(fields: Partial<SeenRequest>): SeenRequest {
  return {
    ...{ at: '2026-01-01T00:00:00.000Z', id: 'r1', address: '', method: 'GET', host: 'shop.example.com' },
    ...{ path: '/', query: null, status: 200, ms: 3, headMs: 1, bytesIn: 0, bytesOut: 0 },
    ...{ protocol: 'HTTP/1.1', release: 'v1', process: 'web', instance: null, cache: null },
    ...{ agent: null, referrer: null },
    ...fields,
  }
}

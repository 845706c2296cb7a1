import { useLocation } from '@tanstack/react-router'
import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { DataOf } from '../api/client.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { accountWords } from '../words/en/account.ts'
import { DeviceQuestion } from './device-question.tsx'

const user = userEvent.setup()
const words = accountWords.device
const APPROVE = 'POST /api/v1/device/codes/ABCD-EFGH/approve'
const DENY = 'POST /api/v1/device/codes/ABCD-EFGH/deny'

test('the question says who asks and as whom it signs in, with nothing in the name that acts', async () => {
  await startTinyApi({})
  await showInPage(<Question device={'CLI \u202e<b>x</b>'} />)

  screen.getByText('ABCD-EFGH')
  screen.getByText('192.0.2.1')
  screen.getByText('ada@example.org')
  expect(document.body.textContent).not.toContain('\u202e')
  expect(document.querySelector('b')).toBeNull()
})

test('a device that told nothing of itself is called unknown', async () => {
  await startTinyApi({})
  await showInPage(<Question device={null} address={null} />)

  screen.getByText(words.unknownDevice)
  screen.getByText(words.unknownAddress)
})

test.each([
  ['approve', words.approve, APPROVE],
  ['deny', words.deny, DENY],
] as const)('a press on %s sends that, once, and the page says so', async (decision, label, what) => {
  const answer = Promise.withResolvers<unknown>()
  const { asked } = await startTinyApi({ [what]: () => answer.promise })
  await showInPage(<Question />)

  await user.click(screen.getByRole('button', { name: label }))
  await screen.findByRole('button', { name: label, busy: true })
  await user.click(screen.getByRole('button', { name: label }))
  answer.resolve({ decision: `${decision}d` })

  await screen.findByText(new RegExp(`^/device\\?decision=.*${decision}d`))
  expect(asked.map(each => each.what)).toEqual([what])
})

test('while one decision is on its way, the other cannot be sent', async () => {
  const answer = Promise.withResolvers<unknown>()
  const { asked } = await startTinyApi({ [APPROVE]: () => answer.promise, [DENY]: () => answer.promise })
  await showInPage(<Question />)

  await user.click(screen.getByRole('button', { name: words.deny }))
  await waitFor(() => expect(asked).toHaveLength(1))
  await user.click(screen.getByRole('button', { name: words.approve }))
  await screen.findAllByText(words.deciding)
  answer.resolve({ decision: 'denied' })

  await screen.findByText(/^\/device\?decision=denied/)
  expect(asked.map(each => each.what)).toEqual([DENY])
})

test('a code that ran out stays on the page, with the reason', async () => {
  const detail = 'This code ran out.'
  await startTinyApi({ [APPROVE]: () => refuse({ status: 410, code: 'gone', detail }) })
  await showInPage(<Question />)

  await user.click(screen.getByRole('button', { name: words.approve }))

  await screen.findByText(detail)
  screen.getByText('/')
  screen.getByText('ABCD-EFGH')
})

function Question(changes: Partial<DataOf<'device.get'>>) {
  const { href } = useLocation()
  const device = { device: 'CLI', address: '192.0.2.1', expiresAt: '2026-01-01T00:00:00.000Z', ...changes }
  return (
    <>
      <p>{href}</p>
      <DeviceQuestion
        device={{ userCode: 'ABCD-EFGH', ...device } as DataOf<'device.get'>}
        email="ada@example.org"
      />
    </>
  )
}

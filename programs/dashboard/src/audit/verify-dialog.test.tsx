import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { expect, onTestFinished, test } from 'vitest'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { auditWords as w } from '../words/en/audit.ts'
import { VerifyDialog } from './verify-dialog.tsx'

const user = userEvent.setup()
const VERIFY = 'GET /api/v1/audit/verify'

test('a check tells how far it is, and then shows the head to write down', async () => {
  const { asked, send } = await startStream()
  await showInPage(<VerifyDialog onClose={() => undefined} />)

  await user.click(screen.getByRole('button', { name: w.start }))
  await send({ type: 'progress', checked: 2000 })
  await screen.findByText(w.verifying(2000))
  expect(screen.getByRole('button', { name: w.start }).getAttribute('aria-disabled')).toBe('true')
  await send({ type: 'end', intact: true, checked: 3021, head: '3021:abc', break: null })

  await screen.findByText(w.intact(3021))
  screen.getByText('3021:abc')
  expect(asked).toEqual(['/api/v1/audit/verify'])
})

test('a log that was tampered with says where, and gives no head to trust', async () => {
  const { asked, send } = await startStream()
  await showInPage(<VerifyDialog onClose={() => undefined} />)

  await user.type(screen.getByLabelText(w.known), ' 12:abc {Enter}')
  const broken = { sequence: 7, message: 'Its fingerprint is another.' }
  await send({ type: 'end', intact: false, checked: 7, head: '7:def', break: broken })

  await screen.findByText(w.broken(7))
  screen.getByText('Its fingerprint is another.')
  expect(screen.queryByText('7:def')).toBeNull()
  expect(asked).toEqual([`/api/v1/audit/verify?known=${encodeURIComponent('12:abc')}`])
})

test('a head that is refused stays, with the reason', async () => {
  await startTinyApi({
    [VERIFY]: () => refuse({ status: 422, code: 'invalid_input', detail: 'That is no head of a log.' }),
  })
  await showInPage(<VerifyDialog onClose={() => undefined} />)

  await user.type(screen.getByLabelText(w.known), 'twelve{Enter}')

  await screen.findByText('That is no head of a log.')
  expect(screen.getByLabelText<HTMLInputElement>(w.known).value).toBe('twelve')
})

test('leaving the dialog ends a check that is under way', async () => {
  const { left, send } = await startStream()
  await showInPage(<Openable />)
  await user.click(screen.getByRole('button', { name: w.start }))
  await send({ type: 'progress', checked: 10 })
  await screen.findByText(w.verifying(10))

  await user.keyboard('{Escape}')

  await left
  expect(screen.queryByRole('dialog')).toBeNull()
})

function Openable() {
  const [isOpen, setOpen] = useState(true)
  return isOpen && <VerifyDialog onClose={() => setOpen(false)} />
}

/** A server of one stream of events. */
async function startStream() {
  const asked: string[] = []
  const opened = Promise.withResolvers<ServerResponse>()
  const left = Promise.withResolvers<void>()
  const server = createServer((request, response) => {
    asked.push(request.url!)
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    response.on('close', left.resolve)
    opened.resolve(response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  })
  const page = window as unknown as { happyDOM: { setURL(url: string): void } }
  page.happyDOM.setURL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  const send = async (event: Record<string, unknown>) => {
    ;(await opened.promise).write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  }
  return { asked, left: left.promise, send }
}

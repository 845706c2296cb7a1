import { createServer } from 'node:net'
import { freePort, smtpServer, systemPart, testCertificate, waitFor } from '@seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createLogger } from '../log.ts'
import { createMailTransport, type Mail, type MailTransportOptions } from './index.ts'

const FROM = 'Seaworthy <mail@example.org>'
const MAIL: Mail = { to: 'ada@example.org', subject: 'Hello', text: 'One line.\n.\nAnother.' }

function transportTo({ port }: { port: number }, options: Partial<MailTransportOptions> = {}) {
  const transport = createMailTransport({ url: `smtp://127.0.0.1:${port}`, from: FROM, ...options })
  onTestFinished(() => transport.close())
  return transport
}

test('a mail reaches the server whole, from the sender and to the one recipient', async () => {
  const server = await smtpServer()

  const receipt = await transportTo(server).send({
    ...MAIL,
    subject: 'Grüße, and a rather long subject that has to be folded over more than one line of the header',
    html: '<p>One line.</p>',
    messageId: 'job_1@example.org',
  })

  const [mail] = await server.received(1)
  expect(mail).toMatchObject({ from: 'mail@example.org', to: ['ada@example.org'] })
  expect(mail!.raw).toContain('From: Seaworthy <mail@example.org>')
  expect(mail!.raw).toContain('Message-ID: <job_1@example.org>')
  expect(mail!.raw).toContain('Auto-Submitted: auto-generated')
  expect(mail!.raw).toContain('One line.\r\n.\r\nAnother.')
  expect(mail!.raw).toContain('<p>One line.</p>')
  expect(receipt.messageId).toBe('job_1@example.org')
})

test('several mails share a connection', async () => {
  const server = await smtpServer()
  const transport = transportTo(server, { maxConnections: 1 })

  for (let count = 0; count < 3; count++) await transport.send(MAIL)

  expect(server.connections()).toBe(1)
})

test('credentials of the URL are percent-decoded', async () => {
  const auth = { user: 'mail@example.org', pass: 'p@ss/w%rd:' }
  const server = await smtpServer({ auth })
  const url = `smtp://${encodeURIComponent(auth.user)}:${encodeURIComponent(auth.pass)}@127.0.0.1:${server.port}`

  await transportTo(server, { url }).send(MAIL)

  expect((await server.received(1))[0]!.user).toBe(auth.user)
})

test('a wrong password is final, and neither the error nor the log repeats it', async () => {
  const server = await smtpServer({ auth: { user: 'u', pass: 'right' } })
  const lines: string[] = []
  const log = createLogger({ name: 'x', level: 'trace', destination: { write: line => lines.push(line) } })
  const transport = transportTo(server, { url: `smtp://u:hunter2x@127.0.0.1:${server.port}`, log })

  const error = await transport.send(MAIL).catch(error => error)
  log.warn({ err: error }, 'mail failed')

  expect(error).toMatchObject({ code: 'mail_sign_in_refused', retryable: false, responseCode: 535 })
  expect(lines.join('')).toContain('mail_sign_in_refused')
  for (const secret of ['hunter2x', Buffer.from('\0u\0hunter2x').toString('base64'), 'ada@example.org'])
    expect(lines.join('')).not.toContain(secret)
  await expect(transport.verify()).rejects.toMatchObject({ code: 'mail_sign_in_refused' })
})

test('an answer 4xx is retryable, and the same mail goes out the next time', async () => {
  const server = await smtpServer({ atRecipient: [{ code: 450, text: '4.2.0 greylisted' }] })
  const transport = transportTo(server)

  await expect(transport.send(MAIL)).rejects.toMatchObject({
    code: 'mail_delayed',
    retryable: true,
    responseCode: 450,
  })
  await transport.send(MAIL)

  expect(server.mails).toHaveLength(1)
})

test('an answer 5xx is final, and the recipient that the server repeats is left out', async () => {
  const server = await smtpServer({ atRecipient: [{ code: 550, text: '5.1.1 <ada@example.org>: unknown' }] })

  const error = await transportTo(server)
    .send(MAIL)
    .catch(error => error)

  expect(error).toMatchObject({ code: 'mail_refused', retryable: false, responseCode: 550 })
  expect(error.message).toContain('unknown')
  expect(error.message).not.toContain('ada@example.org')
})

test('a refusal after the text is final or retryable like one before', async () => {
  const server = await smtpServer({
    atData: [
      { code: 451, text: 'try later' },
      { code: 554, text: 'no' },
    ],
  })
  const transport = transportTo(server)

  await expect(transport.send(MAIL)).rejects.toMatchObject({ code: 'mail_delayed' })
  await expect(transport.send(MAIL)).rejects.toMatchObject({ code: 'mail_refused' })
})

test('a server that hangs costs no more than the time-out', async () => {
  const silent = await smtpServer({ silent: true })
  const hanging = await smtpServer({ atData: ['hang'] })
  const expected = { code: 'mail_server_silent', retryable: true }

  await expect(transportTo(silent, { connectTimeoutMs: 200 }).send(MAIL)).rejects.toMatchObject(expected)
  await expect(transportTo(hanging, { silenceTimeoutMs: 200 }).send(MAIL)).rejects.toMatchObject(expected)
})

test('a server that drips one byte now and then costs no more than the time for one mail', async () => {
  const dripping = createServer(socket => {
    const drip = setInterval(() => socket.write('2'), 20)
    socket.on('close', () => clearInterval(drip)).on('error', () => {})
  })
  dripping.listen(0, '127.0.0.1')
  await waitFor(() => dripping.listening)
  onTestFinished(() => void dripping.close())
  const { port } = dripping.address() as { port: number }
  const transport = transportTo({ port }, { sendTimeoutMs: 300 })

  await expect(transport.send(MAIL)).rejects.toMatchObject({ code: 'mail_server_silent', retryable: true })
  await waitFor(() => new Promise(resolve => dripping.getConnections((_, count) => resolve(count === 0))))
})

test('a server that cuts the connection in the middle is retryable', async () => {
  const server = await smtpServer({ atData: ['drop'], atRecipient: [null, 'drop'] })
  const transport = transportTo(server)

  await expect(transport.send(MAIL)).rejects.toMatchObject({ code: 'mail_connection_lost', retryable: true })
  await expect(transport.send(MAIL)).rejects.toMatchObject({ code: 'mail_connection_lost', retryable: true })
  await transport.send(MAIL)

  expect(server.mails).toHaveLength(1)
})

test('a server that is not there is retryable', async () => {
  const port = await freePort()

  await expect(transportTo({ port }).send(MAIL)).rejects.toMatchObject({
    code: 'mail_server_unreachable',
    retryable: true,
    message: expect.stringContaining(`127.0.0.1:${port}`),
  })
})

test('the caller can stop a mail, and a closed transport sends none', async () => {
  const server = await smtpServer({ atData: ['hang'] })
  const transport = transportTo(server)
  const stop = new AbortController()
  const sent = transport.send(MAIL, stop.signal)
  await waitFor(() => server.connections() === 1)

  stop.abort()

  await expect(sent).rejects.toMatchObject({ code: 'mail_aborted', retryable: true })
  transport.close()
  await expect(transport.send(MAIL)).rejects.toMatchObject({ code: 'mail_transport_closed' })
})

test.each<Partial<Mail>>([
  { to: 'ada@example.org\r\nBcc: eve@example.org' },
  { to: 'ada@example.org, eve@example.org' },
  { to: 'Ada <ada@example.org>' },
  { to: '"ada@example.org> RCPT TO:<eve@example.org"@example.org' },
  { to: 'ada@example.org>\nRCPT TO:<eve@example.org' },
  { to: `${'a'.repeat(250)}@example.org` },
  { to: '' },
  { subject: 'Hello\r\nBcc: eve@example.org' },
  { subject: 'Hello\nX-Header: 1' },
  { subject: 'Hello\u2028there' },
  { subject: 'x'.repeat(1_000_000) },
  { text: 'x'.repeat(1_000_000) },
  { messageId: 'a@b>\r\nBcc: <eve@example.org' },
])('refuses %o before it connects', async bad => {
  const server = await smtpServer()

  const refused = transportTo(server).send({ ...MAIL, ...bad })

  await expect(refused).rejects.toMatchObject({ retryable: false, isOperational: true })
  expect(server.connections()).toBe(0)
})

test.each(['', 'nobody', 'a@example.org, b@example.org', 'Eve\r\nBcc: x@example.org <a@example.org>', '<>'])(
  'refuses the sender %j at once',
  from => {
    expect(() => createMailTransport({ url: 'smtp://localhost', from })).toThrow(/sender/)
  },
)

describe('TLS', () => {
  test('outside of loopback a server without STARTTLS gets nothing', async () => {
    const server = await smtpServer()
    const url = `smtp://127.0.0.1:${server.port}?starttls=required`

    const error = await transportTo(server, { url })
      .send(MAIL)
      .catch(error => error)

    expect(error).toMatchObject({ code: 'mail_tls_missing', retryable: false })
    expect(server.mails).toEqual([])
  })

  test('STARTTLS and TLS from the start need a certificate that is trusted', async ({ skip }) => {
    skip(await systemPart.missing('openssl'))
    const tls = await testCertificate('IP:127.0.0.1', 'DNS:localhost')
    const later = await smtpServer({ tls })
    const fromStart = await smtpServer({ tls: { ...tls, fromStart: true } })
    const urls = [
      `smtp://127.0.0.1:${later.port}?starttls=required`,
      `smtp://localhost:${later.port}`,
      `smtps://localhost:${fromStart.port}`,
    ]

    for (const url of urls) {
      await transportTo(later, { url, ca: tls.cert }).send(MAIL)
      await expect(transportTo(later, { url }).send(MAIL)).rejects.toMatchObject({
        code: 'mail_certificate_refused',
        retryable: false,
      })
    }

    const mails = [...later.mails, ...fromStart.mails]
    expect(mails.map(mail => mail.secure)).toEqual([true, true, true])
  })

  test('a certificate for another name is refused', async ({ skip }) => {
    skip(await systemPart.missing('openssl'))
    const tls = await testCertificate('DNS:mail.example.org')
    const server = await smtpServer({ tls })

    const refused = transportTo(server, { url: `smtp://localhost:${server.port}`, ca: tls.cert }).send(MAIL)

    await expect(refused).rejects.toMatchObject({ code: 'mail_certificate_refused' })
  })

  test('smtps:// to a port that speaks plain SMTP says what to check', async () => {
    const server = await smtpServer()
    const url = `smtps://127.0.0.1:${server.port}`

    await expect(transportTo(server, { url }).send(MAIL)).rejects.toMatchObject({ code: 'mail_tls_failed' })
  })
})

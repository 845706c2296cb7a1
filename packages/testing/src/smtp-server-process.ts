/** The process of `smtpServer()`: argv[2] is JSON, see `SmtpServerOptions`. */
import { text as readAll } from 'node:stream/consumers'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'
import type { ReceivedMail, SmtpServerMessage, SmtpServerOptions, SmtpTrouble } from './smtp-server.ts'

const options: SmtpServerOptions = JSON.parse(process.argv[2]!)
const atRecipient = [...(options.atRecipient ?? [])]
const atData = [...(options.atData ?? [])]

const tell = (message: SmtpServerMessage) => void process.send!(message)

const server: SMTPServer = new SMTPServer({
  ...(options.tls && {
    key: options.tls.key,
    cert: options.tls.cert,
    secure: options.tls.fromStart ?? false,
  }),
  authOptional: !options.auth,
  disabledCommands: [...(options.tls ? [] : ['STARTTLS']), ...(options.auth ? [] : ['AUTH'])],
  allowInsecureAuth: true,
  logger: false,
  disableReverseLookup: true,
  closeTimeout: 100,
  onConnect(_session, done) {
    tell({ type: 'connection' })
    if (!options.silent) done()
  },
  onAuth({ username, password }, _session, done) {
    const isRight = username === options.auth!.user && password === options.auth!.pass
    if (isRight) done(null, { user: username })
    else done(refusal({ code: 535, text: '5.7.8 Authentication credentials invalid' }))
  },
  onRcptTo(_address, session, done) {
    meet(atRecipient.shift() ?? null, session, done)
  },
  onData(stream, session, done) {
    const trouble = atData.shift() ?? null
    if (trouble === 'drop') return void stream.once('data', () => cut(session))
    readAll(stream).then(raw => {
      if (trouble === null) tell({ type: 'mail', mail: mailOf(session, raw) })
      meet(trouble, session, done)
    }, done)
  },
})
server.on('error', () => {}) // clients that break off are what some tests are about
server.listen(0, '127.0.0.1', () => {
  const address = server.server.address() as { port: number }
  tell({ type: 'listening', port: address.port })
})
process.once('disconnect', () => process.exit())

function meet(trouble: SmtpTrouble | null, session: SMTPServerSession, done: (error?: Error) => void): void {
  if (trouble === 'hang') return
  if (trouble === 'drop') cut(session)
  else done(trouble === null ? undefined : refusal(trouble))
}

function refusal({ code, text }: { code: number; text: string }): Error {
  return Object.assign(new Error(text), { responseCode: code })
}

function cut(session: SMTPServerSession): void {
  for (const connection of server.connections as Set<{ id: string; _socket: { destroy(): void } }>)
    if (connection.id === session.id) connection._socket.destroy()
}

function mailOf({ envelope, secure, user }: SMTPServerSession, raw: string): ReceivedMail {
  return {
    from: envelope.mailFrom ? envelope.mailFrom.address : '',
    to: envelope.rcptTo.map(({ address }) => address),
    raw,
    secure,
    user: user ?? null,
  }
}

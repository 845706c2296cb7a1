import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterTestOrFile } from './after-file.ts'
import { waitFor } from './wait-for.ts'

/** What the server does instead of accepting: an answer, silence, or cutting the connection. */
export type SmtpTrouble = { code: number; text: string } | 'hang' | 'drop'

export interface SmtpServerOptions {
  /** PEM. With it the server offers STARTTLS, or speaks TLS from the start. */
  tls?: { key: string; cert: string; fromStart?: boolean }
  /** Required of every client when given. */
  auth?: { user: string; pass: string }
  /** Never greets anybody. */
  silent?: boolean
  /** For the first recipients in order, then all are accepted; null accepts that one. */
  atRecipient?: (SmtpTrouble | null)[]
  /** The same once the text has begun. */
  atData?: (SmtpTrouble | null)[]
}

export interface ReceivedMail {
  from: string
  to: string[]
  /** Whole, with its header, as it came. */
  raw: string
  secure: boolean
  user: string | null
}

export interface SmtpServerUnderTest {
  host: string
  port: number
  /** Mails that were accepted so far. */
  mails: ReceivedMail[]
  /** How many clients have connected so far. */
  connections(): number
  /** Resolves once `count` mails are there. */
  received(count: number): Promise<ReceivedMail[]>
  close(): Promise<void>
}

/** What the process tells. */
export type SmtpServerMessage =
  | { type: 'listening'; port: number }
  | { type: 'connection' }
  | { type: 'mail'; mail: ReceivedMail }

/** A real SMTP server in a process of its own on a free port of 127.0.0.1, killed when the test or file ends. */
export async function smtpServer(options: SmtpServerOptions = {}): Promise<SmtpServerUnderTest> {
  const program = join(import.meta.dirname, 'smtp-server-process.ts')
  const child = fork(program, [JSON.stringify(options)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const mails: ReceivedMail[] = []
  let connections = 0
  const listening = Promise.withResolvers<number>()
  child.on('message', (message: SmtpServerMessage) => {
    if (message.type === 'listening') listening.resolve(message.port)
    else if (message.type === 'connection') connections++
    else mails.push(message.mail)
  })
  child.once('exit', code => listening.reject(new Error(`The SMTP server ended with ${code}.`)))
  const close = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
  afterTestOrFile(close)
  return {
    host: '127.0.0.1',
    port: await listening.promise,
    mails,
    connections: () => connections,
    received: count =>
      waitFor(() => mails.length >= count && mails, { what: `${count} mails`, timeoutMs: 20_000 }),
    close,
  }
}

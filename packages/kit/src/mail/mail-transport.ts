import tls from 'node:tls'
import type { Transporter } from 'nodemailer'
import type { Logger } from '../log.ts'
import { silentLogger } from '../log.ts'
import { MailError } from './mail-error.ts'
import { type Mail, type Mailbox, parseMailbox, validateMail } from './message.ts'
import { toMailError } from './smtp-failure.ts'
import { parseSmtpUrl, type SmtpServer } from './smtp-url.ts'

export interface MailTransportOptions {
  /** `smtp[s]://user:password@host:port`; STARTTLS is required unless the host is loopback or `?starttls=` tells otherwise. */
  url: string
  /** `mail@example.org` or `Seaworthy <mail@example.org>`. */
  from: string
  /** Certificates (PEM) of an authority of one's own, besides the known ones. */
  ca?: string
  /** Connections at a time. 2 unless told. */
  maxConnections?: number
  /** How long a connection may take, and then its greeting. 10 s unless told. */
  connectTimeoutMs?: number
  /** Longest silence of the server within a conversation. 30 s unless told. */
  silenceTimeoutMs?: number
  /** For one mail with everything before it. 60 s unless told. */
  sendTimeoutMs?: number
  /** How long an idle connection is kept for the next mail. 15 s unless told. */
  idleMs?: number
  log?: Logger
}

export interface MailReceipt {
  messageId: string
  /** What the server said when it took the mail, such as its queue id. */
  answer: string
}

/** Sends mail through one server, over a few connections that are kept for a while. */
export interface MailTransport {
  /**
   * Resolves once the server has taken the mail. Rejects with MailError; where its `retryable` is true the same mail
   * may be sent again, with the same `messageId`. Nothing is repeated here.
   */
  send(mail: Mail, signal?: AbortSignal): Promise<MailReceipt>
  /** Connects, encrypts and signs in without sending. Rejects with MailError. */
  verify(): Promise<void>
  /** Cuts what is in flight; every later call rejects. Idempotent. */
  close(): void
}

/** Throws a TypeError or MailError when `url` or `from` cannot be used. Nothing is loaded or connected before the first call. */
export function createMailTransport(options: MailTransportOptions): MailTransport {
  return new SmtpMailTransport(options, parseSmtpUrl(options.url), parseMailbox(options.from))
}

const CONNECT_TIMEOUT_MS = 10_000
const SILENCE_TIMEOUT_MS = 30_000
const SEND_TIMEOUT_MS = 60_000
const IDLE_MS = 15_000

class SmtpMailTransport implements MailTransport {
  readonly #options: MailTransportOptions
  readonly #server: SmtpServer
  readonly #from: Mailbox
  readonly #log: Logger
  readonly #closing = new AbortController()
  #transporter: Promise<Transporter> | undefined

  constructor(options: MailTransportOptions, server: SmtpServer, from: Mailbox) {
    this.#options = options
    this.#server = server
    this.#from = from
    this.#log = options.log ?? silentLogger
  }

  async send(mail: Mail, signal?: AbortSignal): Promise<MailReceipt> {
    validateMail(mail)
    const sent = await this.#converse('mail sent', signal, async (transporter, ended) =>
      transporter.sendMail({ ...this.#compose(mail), signal: ended }),
    )
    return { messageId: String(sent.messageId).replace(/^<|>$/g, ''), answer: String(sent.response) }
  }

  async verify(): Promise<void> {
    await this.#converse('mail server verified', undefined, async transporter => transporter.verify())
  }

  close(): void {
    this.#closing.abort()
    this.#transporter?.then(transporter => transporter.close()).catch(() => {})
  }

  #compose({ to, subject, text, html, messageId }: Mail) {
    return {
      from: this.#from,
      to: { name: '', address: to },
      // The envelope is ours alone: no header is parsed to find out who gets the mail.
      envelope: { from: this.#from.address, to: [to] },
      subject,
      text,
      ...(html !== undefined && { html }),
      ...(messageId !== undefined && { messageId: `<${messageId}>` }),
      // RFC 3834, 5: nobody's holiday notice should answer a machine.
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
    }
  }

  async #converse<Result>(
    done: string,
    signal: AbortSignal | undefined,
    talk: (transporter: Transporter, ended: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const server = `${this.#server.host}:${this.#server.port}`
    if (this.#closing.signal.aborted) throw new MailError('mail_transport_closed')
    const deadline = AbortSignal.timeout(this.#options.sendTimeoutMs ?? SEND_TIMEOUT_MS)
    const ended = AbortSignal.any([this.#closing.signal, deadline, ...(signal ? [signal] : [])])
    const startedMs = performance.now()
    try {
      const transporter = await this.#open()
      const result = await Promise.race([talk(transporter, ended), rejectOnAbort(ended)])
      this.#log.debug({ server, durationMs: Math.round(performance.now() - startedMs) }, done)
      return result
    } catch (error) {
      throw this.#judge(error, { deadline, signal, server })
    }
  }

  #judge(
    error: unknown,
    { deadline, signal, server }: { deadline: AbortSignal; signal: AbortSignal | undefined; server: string },
  ): MailError {
    if (this.#closing.signal.aborted) return new MailError('mail_transport_closed', { cause: error })
    if (signal?.aborted) return new MailError('mail_aborted', { cause: error })
    if (deadline.aborted) return new MailError('mail_server_silent', { values: { server }, cause: error })
    return toMailError(error, server)
  }

  #open(): Promise<Transporter> {
    this.#transporter ??= this.#createTransporter()
    return this.#transporter
  }

  /** nodemailer costs some megabytes: a program that never sends never loads it. */
  async #createTransporter(): Promise<Transporter> {
    const { createTransport } = await import('nodemailer')
    const { host, port, secure, startTls, auth } = this.#server
    const { ca, connectTimeoutMs: connectMs = CONNECT_TIMEOUT_MS } = this.#options
    return createTransport({
      pool: true,
      host,
      port,
      secure,
      auth,
      requireTLS: startTls === 'required',
      ignoreTLS: startTls === 'off',
      tls: { minVersion: 'TLSv1.2', ...(ca !== undefined && { ca: [...tls.rootCertificates, ca] }) },
      maxConnections: this.#options.maxConnections ?? 2,
      // Whoever calls decides about another attempt.
      maxRequeues: 0,
      idleTimeout: this.#options.idleMs ?? IDLE_MS,
      connectionTimeout: connectMs,
      dnsTimeout: connectMs,
      greetingTimeout: connectMs,
      socketTimeout: this.#options.silenceTimeoutMs ?? SILENCE_TIMEOUT_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
      logger: false,
    }) as unknown as Transporter
  }
}

/** Never resolves; for a race that an abort must win, also where the other side ignores it. */
function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}

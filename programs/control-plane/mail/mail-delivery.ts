import type { Status } from '@seaworthy/api'
import type { Logger } from '@seaworthy/kit'
import { createMailTransport, type Mail, type MailTransport, parseSmtpUrl } from '@seaworthy/kit/mail'
import { MailLog } from './mail-log.ts'

/** Where mails go. */
export interface MailDelivery {
  /** As the platform's status tells it. */
  readonly target: Status['mail']
  /** Rejects with MailError; where its `retryable` is not false, the same mail may be given again. */
  deliver(mail: Mail, signal?: AbortSignal): Promise<void>
  close(): void
}

export interface MailDeliveryOptions {
  smtpUrl: string | undefined
  /** Needed with `smtpUrl`. */
  from: string | undefined
  /** Takes the mails where there is no server. */
  logFile: string
  log: Logger
}

/** The mail server of the settings, or a file that only the administrator of the machine can read. */
export function createMailDelivery({ smtpUrl, from, logFile, log }: MailDeliveryOptions): MailDelivery {
  if (smtpUrl === undefined) return new MailLog({ file: logFile })
  if (from === undefined) throw new TypeError('A mail server needs a sender.')
  const transport = createMailTransport({ url: smtpUrl, from, log })
  return new SmtpDelivery({ transport, url: smtpUrl, from })
}

class SmtpDelivery implements MailDelivery {
  readonly target: Status['mail']
  readonly #transport: MailTransport

  constructor({ transport, url, from }: { transport: MailTransport; url: string; from: string }) {
    this.#transport = transport
    const { host, port } = parseSmtpUrl(url)
    this.target = { kind: 'smtp', to: `${host}:${port}`, from }
  }

  async deliver(mail: Mail, signal?: AbortSignal): Promise<void> {
    await this.#transport.send(mail, signal)
  }

  close(): void {
    this.#transport.close()
  }
}

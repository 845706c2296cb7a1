import { AppError } from '../errors.ts'

export type MailErrorCode = keyof typeof DEFINITIONS

interface Definition {
  status: number
  /** Whether the same mail may well go out later. */
  retryable: boolean
  message: string
}

const DEFINITIONS = {
  mail_address_invalid: {
    status: 400,
    retryable: false,
    message:
      'The {field} is not one plain e-mail address. Give exactly one, such as ada@example.org, without line breaks or commas.',
  },
  mail_header_invalid: {
    status: 400,
    retryable: false,
    message:
      'The {field} of the mail is refused: it must be one line of at most {max} characters without control characters.',
  },
  mail_text_too_large: {
    status: 413,
    retryable: false,
    message: 'The mail is larger than {max} characters. Send a link to the long part instead.',
  },
  mail_server_unreachable: {
    status: 503,
    retryable: true,
    message:
      'The mail server {server} could not be reached ({reason}). Check its host name and port, and whether it runs.',
  },
  mail_server_silent: {
    status: 504,
    retryable: true,
    message:
      'The mail server {server} did not answer in time. Check that the port is the one for submission (587, or 465 with smtps://).',
  },
  mail_connection_lost: {
    status: 503,
    retryable: true,
    message:
      'The mail server {server} closed the connection before the mail was through. It may be restarting: try again in a moment.',
  },
  mail_tls_missing: {
    status: 502,
    retryable: false,
    message:
      'The mail server {server} does not offer STARTTLS, and mail is not sent in the clear. Use smtps:// where it speaks TLS from the start, or add ?starttls=off to the URL if the way to it is trusted.',
  },
  mail_certificate_refused: {
    status: 502,
    retryable: false,
    message:
      'The certificate of the mail server {server} is not trusted ({reason}). Use the host name that it is made for, or name its authority in NODE_EXTRA_CA_CERTS.',
  },
  mail_tls_failed: {
    status: 502,
    retryable: true,
    message:
      'The TLS connection to the mail server {server} failed ({reason}). Check that the URL begins with smtps:// exactly where the server speaks TLS from the start.',
  },
  mail_sign_in_refused: {
    status: 502,
    retryable: false,
    message:
      'The mail server {server} refused the user name or password ({answer}). Check those in the mail URL; special characters must be percent-encoded.',
  },
  mail_refused: {
    status: 502,
    retryable: false,
    message:
      'The mail server {server} refused the mail for good ({answer}). Check the recipient, and that the server may send for the address of the sender.',
  },
  mail_delayed: {
    status: 503,
    retryable: true,
    message: 'The mail server {server} cannot take the mail now ({answer}). It may do so later: try again.',
  },
  mail_aborted: {
    status: 503,
    retryable: true,
    message: 'Sending the mail was stopped before it was through.',
  },
  mail_transport_closed: {
    status: 503,
    retryable: true,
    message: 'The mail transport is closed: the program is stopping. The mail can be sent after its restart.',
  },
} as const satisfies Record<string, Definition>

export interface MailErrorOptions {
  values?: Record<string, string | number>
  /** What the server answered, such as 550. */
  responseCode?: number
  cause?: unknown
}

/** Why a mail did not go out. Neither the recipient nor the text nor a password is ever part of it. */
export class MailError extends AppError {
  declare readonly code: MailErrorCode
  /** True where the same mail may go out later: an answer 4xx, a server that is down, silent or cut off. */
  readonly retryable: boolean
  readonly responseCode: number | undefined

  constructor(code: MailErrorCode, { values = {}, responseCode, cause }: MailErrorOptions = {}) {
    const { status, retryable, message } = DEFINITIONS[code]
    super(code, fill(message, values), { status, cause })
    this.retryable = retryable
    this.responseCode = responseCode
  }
}

function fill(template: string, values: Record<string, string | number>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? 'unknown'))
}

/** What a mail may consist of. Everything that reaches a header or the envelope is checked here, once. */
import { MailError } from './mail-error.ts'

export interface Mail {
  /** One plain address. */
  to: string
  subject: string
  text: string
  html?: string
  /** Without angle brackets; the same for each attempt, so that a mail that came through twice is known as one. */
  messageId?: string
}

export interface Mailbox {
  name: string
  address: string
}

/** RFC 5321, 4.5.3.1.3, without the angle brackets. */
const MAX_ADDRESS_CHARS = 254
/** RFC 5322, 2.1.1 allows lines of 998; a subject is read in a list. */
const MAX_HEADER_CHARS = 250
const MAX_BODY_CHARS = 262_144

/** As the HTML standard (4.10.5.1.5) defines a valid e-mail address: stricter than RFC 5322, no quotes, no comments. */
const ADDRESS =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const UNSAFE_IN_HEADER = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/
const MESSAGE_ID = /^[\w.+-]{1,100}@[\w.-]{1,150}$/

/** Whether `text` is exactly one address and nothing else: `ada@example.org`. */
export function isMailAddress(text: string): boolean {
  return text.length <= MAX_ADDRESS_CHARS && ADDRESS.test(text)
}

/** Reads `ada@example.org` or `Ada Lovelace <ada@example.org>`. Throws MailError for anything else. */
export function parseMailbox(text: string, field = 'sender'): Mailbox {
  validateHeader(text, field)
  const [, quoted, plain, address = text] = /^\s*(?:"([^"<>]*)"|([^"<>]*?))\s*<([^<>]*)>\s*$/.exec(text) ?? []
  if (!isMailAddress(address.trim())) throw new MailError('mail_address_invalid', { values: { field } })
  return { name: quoted ?? plain ?? '', address: address.trim() }
}

/** Throws MailError when anything in `mail` could add a header, a recipient or a second mail. */
export function validateMail({ to, subject, text, html = '', messageId }: Mail): void {
  if (!isMailAddress(to)) throw new MailError('mail_address_invalid', { values: { field: 'recipient' } })
  validateHeader(subject, 'subject')
  if (messageId !== undefined && !MESSAGE_ID.test(messageId)) throw headerRefused('message id')
  if (text.length + html.length <= MAX_BODY_CHARS) return
  throw new MailError('mail_text_too_large', { values: { max: MAX_BODY_CHARS } })
}

function validateHeader(value: string, field: string): void {
  if (value.length > MAX_HEADER_CHARS || UNSAFE_IN_HEADER.test(value)) throw headerRefused(field)
}

function headerRefused(field: string): MailError {
  return new MailError('mail_header_invalid', { values: { field, max: MAX_HEADER_CHARS } })
}

import { MailError, type MailErrorCode } from './mail-error.ts'
import { isMailAddress } from './message.ts'

/** What nodemailer adds to its errors. */
interface SmtpFailure extends Error {
  code?: string
  originalCode?: string
  responseCode?: number
  response?: string
  command?: string
}

const MAX_ANSWER_CHARS = 200
const CERTIFICATE_CODES =
  /^(?:CERT_|ERR_TLS_CERT|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|HOSTNAME_MISMATCH)/
const SILENT_CODES = new Set(['ETIMEDOUT', 'ESOCKETTIMEDOUT'])
const UNREACHABLE_CODES = new Set([
  'EDNS',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EACCES',
])

/** Says in our words what went wrong between us and `server` (`host:port`). */
export function toMailError(error: unknown, server: string): MailError {
  if (error instanceof MailError) return error
  const failure = error as SmtpFailure
  const { responseCode } = failure
  const values = { server, reason: reasonOf(failure), answer: readableAnswer(failure.response) }
  return new MailError(codeOf(failure), { values, responseCode, cause: withoutText(failure) })
}

function codeOf(failure: SmtpFailure): MailErrorCode {
  const { code = '', originalCode = '', responseCode } = failure
  if (code === 'EABORT') return 'mail_aborted'
  if (CERTIFICATE_CODES.test(originalCode) || CERTIFICATE_CODES.test(code)) return 'mail_certificate_refused'
  if (code === 'ETLS')
    return responseCode !== undefined && responseCode >= 500 ? 'mail_tls_missing' : 'mail_tls_failed'
  if (responseCode !== undefined && responseCode >= 400) return answeredWith(failure, responseCode)
  if (SILENT_CODES.has(code) || SILENT_CODES.has(originalCode)) return 'mail_server_silent'
  if (UNREACHABLE_CODES.has(code) || UNREACHABLE_CODES.has(originalCode)) return 'mail_server_unreachable'
  if (code === 'EAUTH') return 'mail_sign_in_refused'
  return /ssl|tls/i.test(failure.message) ? 'mail_tls_failed' : 'mail_connection_lost'
}

/** RFC 5321, 4.2.1: 4yz may succeed later, 5yz never will. */
function answeredWith({ code, command = '' }: SmtpFailure, responseCode: number): MailErrorCode {
  if (responseCode < 500) return 'mail_delayed'
  return code === 'EAUTH' || command.startsWith('AUTH') ? 'mail_sign_in_refused' : 'mail_refused'
}

function reasonOf({ code, originalCode }: SmtpFailure): string {
  return originalCode ?? code ?? 'no reason given'
}

/** A server's answer is text from outside, and often repeats the recipient, who belongs in no log. */
function readableAnswer(response: string | undefined): string {
  if (!response) return 'no answer'
  const line = response.replace(/[^\x20-\x7e]+/g, ' ').trim()
  const anonymous = line.replace(/[^\s<>"'(),;:[\]]+@[^\s<>"'(),;:[\]]+/g, word =>
    isMailAddress(trimDots(word)) ? '…' : word,
  )
  return anonymous.length > MAX_ANSWER_CHARS ? `${anonymous.slice(0, MAX_ANSWER_CHARS)}…` : anonymous
}

function trimDots(word: string): string {
  return word.replace(/\.+$/, '')
}

/** The cause reaches the log, so that only facts of ours are left in it. */
function withoutText({ code, originalCode, responseCode, command }: SmtpFailure): object {
  return { code, originalCode, responseCode, command: command?.split(' ')[0] }
}

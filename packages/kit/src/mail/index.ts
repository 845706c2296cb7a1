export { MailError, type MailErrorCode } from './mail-error.ts'
export {
  createMailTransport,
  type MailReceipt,
  type MailTransport,
  type MailTransportOptions,
} from './mail-transport.ts'
export { isMailAddress, type Mail, parseMailbox } from './message.ts'
export { isLoopback, parseSmtpUrl, type SmtpServer, type StartTls } from './smtp-url.ts'

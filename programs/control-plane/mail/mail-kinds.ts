/** Every mail that the platform sends, with what its text needs. Times are milliseconds since 1970. */

export interface MailData {
  /** To somebody who asked for a link instead of giving a password. */
  'sign-in-link': { url: string; expiresAt: number }
  'password-reset': { url: string; expiresAt: number }
  /** `team` and `invitedBy` are what people called themselves: shown as plain text, whatever they hold. */
  invitation: { url: string; team: string; invitedBy: string; role: string; expiresAt: number }
  /** `url`: where the person renews it. */
  'token-expiring': { token: string; expiresAt: number; url: string }
  /** To an address that somebody says is theirs. */
  'email-confirm': { url: string; expiresAt: number }
  /** To the old address. */
  'email-changed': { newEmail: string; at: number }
  'account-deleted': { at: number }
  /** `device` and `address` as far as they are known: `Firefox on Linux`, `203.0.113.7`. */
  'new-sign-in': { at: number; device: string | null; address: string | null; url: string }
  /** An administrator switched the second factor off. */
  'second-factor-reset': { at: number }
  /** For `seaworthy mail test`. */
  test: { at: number }
}

export type MailKind = keyof MailData

/** `{ to, kind, data }` with the data of that kind. */
export type NewMail = { [Kind in MailKind]: { to: string; kind: Kind; data: MailData[Kind] } }[MailKind]

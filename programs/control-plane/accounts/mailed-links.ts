import { defineErrors } from '@seaworthy/kit'
import type { Mailer } from '../mail/mailer.ts'
import type { Store } from '../store/database.ts'
import type { Background } from './background.ts'
import { linkUrl } from './link-urls.ts'
import { createLinkToken, readLinkToken, takeLinkToken } from './one-time-links.ts'
import type { Passwords } from './passwords.ts'
import { findById, findPerson, type PersonWithPassword } from './people.ts'
import { replacePassword } from './replace-password.ts'
import type { Sessions, Visit } from './sessions.ts'
import type { SignedIn, SignIn } from './sign-in.ts'
import type { SignInLimits } from './sign-in-limits.ts'

export interface MailedLinksOptions {
  store: Store
  mailer: Mailer
  dashboardUrl: string
  passwords: Passwords
  sessions: Sessions
  signIn: SignIn
  limits: SignInLimits
  background: Background
}

export const linkErrors = defineErrors({
  link_not_valid: {
    status: 403,
    message: 'This link was used before, is too old or was replaced by a newer one. Ask for another one.',
  },
})

type MailedPurpose = 'sign-in' | 'password-reset'

const LIFETIME_MS: Record<MailedPurpose, number> = { 'sign-in': 15 * 60_000, 'password-reset': 60 * 60_000 }
const MAIL_KINDS = { 'sign-in': 'sign-in-link', 'password-reset': 'password-reset' } as const

/**
 * Links for people who cannot or will not give a password. They go to confirmed addresses only: an account that
 * somebody made with the address of somebody else is neither confirmed nor opened by one. Whoever asks learns nothing:
 * the answer is given before it is looked up whether there is such an account.
 */
export class MailedLinks {
  readonly #options: MailedLinksOptions

  constructor(options: MailedLinksOptions) {
    this.#options = options
  }

  /** Rejects with TooManyAttempts only. */
  async request(purpose: MailedPurpose, { email, visit }: { email: string; visit: Visit }): Promise<void> {
    const { limits, background } = this.#options
    await limits.take('mail-link', { email, address: visit.address })
    background.run('mail a link', () => this.#send(purpose, email))
  }

  /** Rejects with `link_not_valid`, or what the second factor demands. The link is used up. */
  async signIn({ token, visit }: { token: string; visit: Visit }): Promise<SignedIn> {
    const { store, signIn } = this.#options
    const person = await this.#personOf(await takeLinkToken(store.db, 'sign-in', token))
    return signIn.open(person, visit)
  }

  /**
   * Sets a new password and ends every session. Rejects with `link_not_valid`, or with `password_too_weak`, which
   * leaves the link as it was.
   */
  async resetPassword({ token, password }: { token: string; password: string }): Promise<PersonWithPassword> {
    const { store, passwords, sessions } = this.#options
    const person = await this.#personOf(await readLinkToken(store.db, 'password-reset', token))
    const hash = await passwords.hashNew({ password, about: [person.name, person.email] })
    await store.transaction(async trx => {
      if (!(await takeLinkToken(trx, 'password-reset', token))) throw linkErrors.link_not_valid()
      await replacePassword(trx, { sessions, person, hash })
    })
    return person
  }

  /** For the administrator of the machine, who may hand it over by other ways than mail. Undefined for nobody. */
  async createResetUrl(
    email: string,
  ): Promise<{ userId: string; url: string; expiresAt: number } | undefined> {
    const person = await findPerson(this.#options.store.db, email)
    return person && { userId: person.userId, ...(await this.#createUrl('password-reset', person)) }
  }

  async #send(purpose: MailedPurpose, email: string): Promise<void> {
    const { store, mailer } = this.#options
    const person = await findPerson(store.db, email)
    if (!person?.emailVerified) return
    const data = await this.#createUrl(purpose, person)
    await mailer.send({ to: person.email, kind: MAIL_KINDS[purpose], data })
  }

  async #createUrl(purpose: MailedPurpose, { userId, email }: { userId: string; email: string }) {
    const { store, dashboardUrl } = this.#options
    const link = { purpose, subject: { userId, email }, lifetimeMs: LIFETIME_MS[purpose] }
    const { token, expiresAt } = await store.transaction(trx => createLinkToken(trx, link))
    return { url: linkUrl(dashboardUrl, purpose, token), expiresAt }
  }

  /** The account may have changed since the link was sent: it must still be there, with the address it went to. */
  async #personOf(subject: { userId: string; email: string } | undefined): Promise<PersonWithPassword> {
    const person = subject && (await findById(this.#options.store.db, subject.userId))
    if (!person || person.email !== subject.email) throw linkErrors.link_not_valid()
    return person
  }
}

import { defineErrors } from '@seaworthy/kit'
import type { Mailer } from '../mail/mailer.ts'
import type { Queryable, Store, Transaction } from '../store/database.ts'
import { linkUrl } from './link-urls.ts'
import { linkErrors } from './mailed-links.ts'
import {
  createLinkToken,
  dropLinks,
  type LinkSubject,
  readLinkToken,
  takeLinkToken,
} from './one-time-links.ts'
import type { Passwords } from './passwords.ts'
import { findById, normalizeEmail, type PersonWithPassword, peopleErrors } from './people.ts'
import { replacePassword } from './replace-password.ts'
import type { Sessions } from './sessions.ts'
import type { SignInLimits } from './sign-in-limits.ts'
import { signInFlag, signInTime } from './sign-in-time.ts'

export interface OwnAccountOptions {
  store: Store
  mailer: Mailer
  dashboardUrl: string
  passwords: Passwords
  sessions: Sessions
  limits: SignInLimits
}

/** Who changes something about themselves, and from where. */
export interface Self {
  userId: string
  sessionId: string
  address: string
}

export const ownAccountErrors = defineErrors({
  wrong_password: { status: 403, message: 'This is not your present password.' },
})

const CONFIRM_MS = 24 * 60 * 60_000

/** What people change about their own account. */
export class OwnAccount {
  readonly #options: OwnAccountOptions

  constructor(options: OwnAccountOptions) {
    this.#options = options
  }

  async read(userId: string): Promise<PersonWithPassword> {
    const person = await findById(this.#options.store.db, userId)
    if (!person) throw new Error('Somebody who is signed in has no account.')
    return person
  }

  async rename(userId: string, name: string): Promise<void> {
    await this.#options.store.db
      .updateTable('user')
      .set({ name, updatedAt: signInTime(Date.now()) })
      .where('id', '=', userId)
      .execute()
  }

  /**
   * Ends all other sessions; resolves with how many. Who never had a password needs none to choose one.
   * Rejects with `wrong_password`, `password_too_weak` or TooManyAttempts.
   */
  async changePassword(
    self: Self,
    { current, password }: { current?: string; password: string },
  ): Promise<number> {
    const { store, passwords, sessions } = this.#options
    const person = await this.read(self.userId)
    await this.#prove(person, self, current, 'currentPassword')
    const about = [person.name, person.email]
    const hash = await passwords.hashNew({ password, about, path: 'newPassword' })
    return store.transaction(trx =>
      replacePassword(trx, { sessions, person, hash, keepSession: self.sessionId }),
    )
  }

  /**
   * Mails a link to the new address; until it is opened nothing changes. Also confirms an address that never was.
   * Whether the new one has an account already is told only to who opens that link.
   * Rejects with `wrong_password` or TooManyAttempts.
   */
  async requestEmail(self: Self, { email, password }: { email: string; password?: string }): Promise<void> {
    const { store, limits } = this.#options
    const person = await this.read(self.userId)
    await this.#prove(person, self, password, 'password')
    const subject = { userId: self.userId, email: normalizeEmail(email) }
    await limits.take('mail-link', { email: subject.email, address: self.address })
    await store.transaction(trx => this.mailConfirmation(trx, subject))
  }

  /** Mails the link that makes an address the person's, or confirms the one that they have. */
  async mailConfirmation(trx: Queryable, subject: LinkSubject): Promise<void> {
    const { mailer, dashboardUrl } = this.#options
    const link = { purpose: 'email-change', subject, lifetimeMs: CONFIRM_MS } as const
    const { token, expiresAt } = await createLinkToken(trx, link)
    const url = linkUrl(dashboardUrl, 'email-change', token)
    await mailer.send({ to: subject.email, kind: 'email-confirm', data: { url, expiresAt } }, trx)
  }

  /**
   * The address of a confirmed link becomes the person's; the old one is told. Only for the person who asked: a link
   * that reached the wrong mailbox opens nothing. Rejects with `link_not_valid` or `email_taken`.
   */
  async confirmEmail(self: Self, token: string): Promise<{ before: string; after: string }> {
    const { store } = this.#options
    const person = await this.read(self.userId)
    const subject = await readLinkToken(store.db, 'email-change', token)
    if (subject?.userId !== self.userId) throw linkErrors.link_not_valid()
    await store.transaction(async trx => {
      if (!(await takeLinkToken(trx, 'email-change', token))) throw linkErrors.link_not_valid()
      await this.#setEmail(trx, person, subject)
    })
    return { before: person.email, after: subject.email }
  }

  async #setEmail(
    trx: Transaction,
    before: PersonWithPassword,
    { userId, email }: LinkSubject,
  ): Promise<void> {
    const { store, mailer } = this.#options
    const other = await trx.selectFrom('user').select('id').where('email', '=', email).executeTakeFirst()
    if (other && other.id !== userId) throw peopleErrors.email_taken()
    await trx
      .updateTable('user')
      .set({ email, emailVerified: signInFlag(store.kind, true), updatedAt: signInTime(Date.now()) })
      .where('id', '=', userId)
      .execute()
    if (email === before.email) return
    for (const purpose of ['sign-in', 'password-reset'] as const)
      await dropLinks(trx, purpose, { userId, email: before.email })
    const data = { newEmail: email, at: Date.now() }
    await mailer.send({ to: before.email, kind: 'email-changed', data }, trx)
  }

  /** A session alone, which somebody may have found open, changes neither password nor address. */
  async #prove(
    person: PersonWithPassword,
    { address }: Self,
    password: string | undefined,
    path: string,
  ): Promise<void> {
    const { limits, passwords } = this.#options
    if (person.passwordHash === undefined) return
    const attempt = await limits.take('sign-in', { email: person.email, address })
    if (!(await passwords.verify(person.passwordHash, password ?? '')))
      throw ownAccountErrors.wrong_password(
        {},
        { errors: [{ path, message: 'is not your present password' }] },
      )
    await attempt.giveBack()
  }
}

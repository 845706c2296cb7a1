/** The people who have an account: better-auth's `user` table with the password in `account`. */
import { defineErrors } from '@seaworthy/kit'
import type { DatabaseKind, Queryable } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import type { PlatformRole } from '../store/schema.ts'
import { signInFlag, signInTime } from './sign-in-time.ts'

export interface Person {
  userId: string
  email: string
  name: string
  emailVerified: boolean
}

export interface NewPersonRow {
  email: string
  name: string
  passwordHash: string
  /** Whether it is known that the address is theirs: a mail that only they got brought them here. */
  emailVerified: boolean
  platformRole?: PlatformRole
}

export const peopleErrors = defineErrors({
  email_taken: {
    status: 409,
    message: 'There is an account with this e-mail address already. Sign in with it instead.',
  },
  person_unknown: { status: 404, message: 'Nobody has an account with the e-mail address {email}.' },
})

/** One spelling for one mailbox, in look-ups and limits alike. */
export function normalizeEmail(email: string): string {
  return email.trim().toLowerCase()
}

/** What cannot be an address is looked up nowhere; PostgreSQL refuses some of it. */
function canBeEmail(email: string): boolean {
  return /^[^\s\p{C}]+@[^\s\p{C}]+$/u.test(email)
}

export async function findPerson(db: Queryable, email: string): Promise<Person | undefined> {
  const found = await findWithPassword(db, email)
  return (
    found && {
      userId: found.userId,
      email: found.email,
      name: found.name,
      emailVerified: found.emailVerified,
    }
  )
}

export interface PersonWithPassword extends Person {
  /** Undefined for somebody who never chose one. */
  passwordHash: string | undefined
  twoFactorEnabled: boolean
}

/** Undefined for somebody who does not exist or is suspended. One query, whether or not there is such a person. */
export async function findWithPassword(
  db: Queryable,
  email: string,
): Promise<PersonWithPassword | undefined> {
  const normalized = normalizeEmail(email)
  return canBeEmail(normalized) ? readPerson(db, 'user.email', normalized) : undefined
}

export function findById(db: Queryable, userId: string): Promise<PersonWithPassword | undefined> {
  return readPerson(db, 'user.id', userId)
}

async function readPerson(
  db: Queryable,
  column: 'user.email' | 'user.id',
  value: string,
): Promise<PersonWithPassword | undefined> {
  const row = await db
    .selectFrom('user')
    .leftJoin('account', join =>
      join.onRef('account.userId', '=', 'user.id').on('account.providerId', '=', 'credential'),
    )
    .select(['user.id', 'user.email', 'user.name', 'user.emailVerified', 'user.twoFactorEnabled'])
    .select('account.password')
    .where(column, '=', value)
    .where('user.suspendedAt', 'is', null)
    .executeTakeFirst()
  if (!row) return undefined
  const { id: userId, email, name, password } = row
  const flags = { emailVerified: Boolean(row.emailVerified), twoFactorEnabled: Boolean(row.twoFactorEnabled) }
  return { userId, email, name, ...flags, passwordHash: password ?? undefined }
}

/** Rejects with `email_taken`. */
export async function insertPerson(db: Queryable, kind: DatabaseKind, person: NewPersonRow): Promise<string> {
  const { email, name, passwordHash, emailVerified, platformRole = 'member' } = person
  const id = newId('usr')
  const times = { createdAt: signInTime(Date.now()), updatedAt: signInTime(Date.now()) }
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('user')
    .values({
      ...{ id, name, email: normalizeEmail(email), platformRole, suspendedAt: null, ...times },
      emailVerified: signInFlag(kind, emailVerified),
      twoFactorEnabled: signInFlag(kind, false),
    })
    // Not an error of the database, which would end the transaction that this may be part of.
    .onConflict(conflict => conflict.column('email').doNothing())
    .executeTakeFirst()
  if (numInsertedOrUpdatedRows !== 1n) throw peopleErrors.email_taken()
  await insertPassword(db, id, passwordHash)
  return id
}

/** Also for somebody who had none. */
export async function setPasswordHash(db: Queryable, userId: string, hash: string): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('account')
    .set({ password: hash, updatedAt: signInTime(Date.now()) })
    .where('userId', '=', userId)
    .where('providerId', '=', 'credential')
    .executeTakeFirst()
  if (numUpdatedRows === 0n) await insertPassword(db, userId, hash)
}

/** False when the password was changed meanwhile: then nothing is. */
export async function exchangeHash(
  db: Queryable,
  { userId, from, to }: { userId: string; from: string; to: string },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('account')
    .set({ password: to })
    .where('userId', '=', userId)
    .where('providerId', '=', 'credential')
    .where('password', '=', from)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

async function insertPassword(db: Queryable, userId: string, hash: string): Promise<void> {
  const times = { createdAt: signInTime(Date.now()), updatedAt: signInTime(Date.now()) }
  await db
    .insertInto('account')
    .values({
      id: newId('acc'),
      accountId: userId,
      providerId: 'credential',
      userId,
      password: hash,
      ...times,
    })
    .execute()
}

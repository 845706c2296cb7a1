/** What a link in a mail carries: a token that works once, for one purpose, for a while. Only its hash is kept. */
import { randomBytes } from 'node:crypto'
import type { Queryable } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import { millisecondsOf, signInTime } from './sign-in-time.ts'
import { tokenHash } from './token-hash.ts'

export type LinkPurpose = 'sign-in' | 'password-reset' | 'email-change'

/** Whom a link is for, and the address that it was sent to. */
export interface LinkSubject {
  userId: string
  email: string
}

export interface NewLink {
  purpose: LinkPurpose
  subject: LinkSubject
  lifetimeMs: number
}

/** Makes a link's token. Those that were sent before, for the same purpose to the same address, are then worthless. */
export async function createLinkToken(
  db: Queryable,
  { purpose, subject, lifetimeMs }: NewLink,
): Promise<{ token: string; expiresAt: number }> {
  const token = randomBytes(32).toString('base64url')
  const now = Date.now()
  await dropLinks(db, purpose, subject)
  await db
    .insertInto('verification')
    .values({
      id: newId('ver'),
      identifier: identifierOf(purpose, token),
      value: subjectText(subject),
      expiresAt: signInTime(now + lifetimeMs),
      createdAt: signInTime(now),
      updatedAt: signInTime(now),
    })
    .execute()
  return { token, expiresAt: now + lifetimeMs }
}

/** Whom a token is for, without using it up; undefined when it is wrong, used or too old. */
export async function readLinkToken(
  db: Queryable,
  purpose: LinkPurpose,
  token: string,
): Promise<LinkSubject | undefined> {
  const row = await db
    .selectFrom('verification')
    .select(['value', 'expiresAt'])
    .where('identifier', '=', identifierOf(purpose, token))
    .executeTakeFirst()
  return row && millisecondsOf(row.expiresAt) > Date.now() ? subjectOf(row.value) : undefined
}

/** As `readLinkToken`, for exactly one caller: the token is used up. */
export async function takeLinkToken(
  db: Queryable,
  purpose: LinkPurpose,
  token: string,
): Promise<LinkSubject | undefined> {
  const row = await db
    .deleteFrom('verification')
    .where('identifier', '=', identifierOf(purpose, token))
    .returning(['value', 'expiresAt'])
    .executeTakeFirst()
  return row && millisecondsOf(row.expiresAt) > Date.now() ? subjectOf(row.value) : undefined
}

/** Makes every link of this purpose to this address worthless. */
export async function dropLinks(db: Queryable, purpose: LinkPurpose, subject: LinkSubject): Promise<void> {
  await db
    .deleteFrom('verification')
    .where('identifier', 'like', `${prefixOf(purpose)}%`)
    .where('value', '=', subjectText(subject))
    .execute()
}

/** What is too old, of any purpose and of better-auth too. Resolves with how much it was. */
export async function sweepLinks(db: Queryable, now: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('verification')
    .where('expiresAt', '<=', signInTime(now))
    .executeTakeFirst()
  return Number(numDeletedRows)
}

function identifierOf(purpose: LinkPurpose, token: string): string {
  return `${prefixOf(purpose)}${tokenHash(token)}`
}

function prefixOf(purpose: LinkPurpose): string {
  return `link:${purpose}:`
}

function subjectText({ userId, email }: LinkSubject): string {
  return JSON.stringify({ userId, email })
}

function subjectOf(value: string): LinkSubject {
  return JSON.parse(value)
}

/** What a ceremony of several steps keeps between them: found by a token that its client holds, for minutes. */
import { randomBytes } from 'node:crypto'
import type { Queryable } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import { millisecondsOf, signInTime } from './sign-in-time.ts'
import { tokenHash } from './token-hash.ts'

/** Which ceremony. A value is never found by the token of another. */
export type Ceremony = 'second-factor' | 'passkey-registration' | 'passkey-sign-in'

export interface NewShortLivedValue {
  ceremony: Ceremony
  /** Anything that JSON holds, without secrets. */
  value: unknown
  /** Milliseconds since 1970. */
  now: number
  lifetimeMs: number
}

/** Resolves with the token; the database keeps only its hash. */
export async function keepShortLived(
  db: Queryable,
  { ceremony, value, now, lifetimeMs }: NewShortLivedValue,
): Promise<{ token: string; expiresAt: number }> {
  const token = randomBytes(32).toString('base64url')
  const expiresAt = now + lifetimeMs
  await db
    .insertInto('verification')
    .values({
      id: newId('ver'),
      identifier: identifierOf(ceremony, token),
      value: JSON.stringify(value),
      expiresAt: signInTime(expiresAt),
      createdAt: signInTime(now),
      updatedAt: signInTime(now),
    })
    .execute()
  return { token, expiresAt }
}

export interface ShortLivedToken {
  ceremony: Ceremony
  token: string
  /** Milliseconds since 1970. */
  now: number
}

/** The value, which stays; undefined when the token is wrong, used up or too old. */
export async function readShortLived<Value>(
  db: Queryable,
  { ceremony, token, now }: ShortLivedToken,
): Promise<Value | undefined> {
  const row = await db
    .selectFrom('verification')
    .select(['value', 'expiresAt'])
    .where('identifier', '=', identifierOf(ceremony, token))
    .executeTakeFirst()
  return row && millisecondsOf(row.expiresAt) > now ? JSON.parse(row.value) : undefined
}

/** As `readShortLived`, for exactly one caller: the token is used up. */
export async function takeShortLived<Value>(
  db: Queryable,
  { ceremony, token, now }: ShortLivedToken,
): Promise<Value | undefined> {
  const row = await db
    .deleteFrom('verification')
    .where('identifier', '=', identifierOf(ceremony, token))
    .returning(['value', 'expiresAt'])
    .executeTakeFirst()
  return row && millisecondsOf(row.expiresAt) > now ? JSON.parse(row.value) : undefined
}

/** Every token of a ceremony with this value is then worthless. */
export async function dropShortLived(db: Queryable, ceremony: Ceremony, value: unknown): Promise<void> {
  await db
    .deleteFrom('verification')
    .where('identifier', 'like', `${prefixOf(ceremony)}%`)
    .where('value', '=', JSON.stringify(value))
    .execute()
}

function identifierOf(ceremony: Ceremony, token: string): string {
  return `${prefixOf(ceremony)}${tokenHash(token)}`
}

function prefixOf(ceremony: Ceremony): string {
  return `ceremony:${ceremony}:`
}

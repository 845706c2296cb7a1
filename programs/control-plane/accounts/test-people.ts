/** For tests: people, and sessions of theirs, without a password having to be checked. */
import { randomBytes } from 'node:crypto'
import { silentLogger } from '@seaworthy/kit'
import type { Clock } from '../store/clock.ts'
import type { Store } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import { insertPerson } from './people.ts'
import { Sessions } from './sessions.ts'
import { signInTime } from './sign-in-time.ts'
import { tokenHash } from './token-hash.ts'

export const HOUR_MS = 3_600_000

/** A clock that goes on only when a test says so. */
export class TestClock implements Pick<Clock, 'now'> {
  at = Date.now()

  now(): number {
    return this.at
  }

  pass(ms: number): void {
    this.at += ms
  }
}

export function addPerson(store: Store, email = 'ada@example.org'): Promise<string> {
  return insertPerson(store.db, store.kind, { email, name: 'Ada', passwordHash: 'none', emailVerified: true })
}

/** Resolves with the id of the session and its token. */
export async function addSession(
  store: Store,
  userId: string,
  now = Date.now(),
): Promise<{ sessionId: string; token: string }> {
  const sessionId = newId('ses')
  const token = randomBytes(24).toString('base64url')
  const times = { createdAt: signInTime(now), updatedAt: signInTime(now) }
  await store.db
    .insertInto('session')
    .values({
      ...{ id: sessionId, userId, token: tokenHash(token), expiresAt: signInTime(now + 24 * 30 * HOUR_MS) },
      ...times,
      ...{ ipAddress: '203.0.113.7', userAgent: null, confirmedAt: null, client: null },
    })
    .execute()
  return { sessionId, token }
}

/** Looks sessions up and ends them; it opens none. */
export function sessionsOver(store: Store, clock: Pick<Clock, 'now'>): Sessions {
  return new Sessions({
    store,
    auth: () => Promise.reject(new Error('This test opens no session by itself.')),
    idleMs: 24 * 14 * HOUR_MS,
    maxMs: 24 * 30 * HOUR_MS,
    clock,
    log: silentLogger,
  })
}

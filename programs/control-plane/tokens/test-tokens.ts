/** For tests: people and their tokens, as rows. */
import type { PlatformRole, Role } from '../access/roles.ts'
import type { Store } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import type { MadeToken, NewToken, Tokens } from './tokens.ts'

export const DAY_MS = 86_400_000
export const HOUR_MS = 3_600_000

/** A clock that a test sets. */
export class TestClock {
  time = Date.UTC(2026, 0, 1)

  now(): number {
    return this.time
  }

  pass(ms: number): void {
    this.time += ms
  }
}

/** A person without a password: they exist, and may have tokens. Returns their id. */
export async function addPerson(
  { db, kind }: Store,
  name: string,
  { platformRole = 'member', teams = {} }: { platformRole?: PlatformRole; teams?: Record<string, Role> } = {},
): Promise<string> {
  const id = newId('user')
  const now = kind === 'sqlite' ? new Date().toISOString() : new Date()
  const off = kind === 'sqlite' ? 0 : false
  await db
    .insertInto('user')
    .values({
      id,
      name,
      email: `${name.toLowerCase()}@example.org`,
      emailVerified: off,
      createdAt: now,
      updatedAt: now,
      twoFactorEnabled: off,
      platformRole,
      suspendedAt: null,
    })
    .execute()
  for (const [team_id, role] of Object.entries(teams))
    await db.insertInto('team_members').values({ team_id, user_id: id, role, created_at: 1 }).execute()
  return id
}

export function makeToken(
  { store, tokens }: { store: Store; tokens: Tokens },
  fields: Partial<NewToken> & { userId: string },
): Promise<MadeToken> {
  const token = {
    name: 'ci',
    scopes: ['deploy'] as const,
    appIds: null,
    teamId: null,
    expiresInDays: 90,
    ...fields,
  }
  return store.transaction(trx => tokens.create(token, trx))
}

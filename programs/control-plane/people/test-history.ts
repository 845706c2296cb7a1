/** For tests: a person who has left traces everywhere, and a look through the whole database. */
import { sql } from 'kysely'
import { insertPerson } from '../accounts/people.ts'
import { addSession } from '../accounts/test-people.ts'
import { Apps } from '../apps/apps.ts'
import { Events } from '../events/events.ts'
import type { Store } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import type { AppRow, Database, PlatformRole, Role } from '../store/schema.ts'

export interface TestPerson {
  userId: string
  email: string
}

export async function addPerson(
  store: Store,
  name: string,
  platformRole: PlatformRole = 'member',
): Promise<TestPerson> {
  const email = `${name}@example.org`
  const person = { email, name, passwordHash: 'none', emailVerified: true, platformRole }
  return { userId: await insertPerson(store.db, store.kind, person), email }
}

export async function addTeam(store: Store, slug: string, members: [TestPerson, Role][]): Promise<string> {
  const id = newId('team')
  await store.db.insertInto('teams').values({ id, slug, name: slug, created_at: 1 }).execute()
  for (const [{ userId }, role] of members) {
    await store.db
      .insertInto('team_members')
      .values({ team_id: id, user_id: userId, role, created_at: 1 })
      .execute()
  }
  return id
}

/** Everything that names a person, in a team with an app. Resolves with the app. */
export async function leaveTraces(store: Store, person: TestPerson, teamId: string): Promise<AppRow> {
  const app = await new Apps({ store }).create({ slug: `shop-${person.userId.slice(-6)}`, teamId })
  await leaveHistory(store, person, app)
  await leaveKeys(store, person, teamId)
  await leaveCounters(store, person)
  return app
}

async function leaveHistory(store: Store, { userId, email }: TestPerson, app: AppRow): Promise<void> {
  const { db } = store
  const [app_id, created_at] = [app.id, 1]
  await insert(store, 'releases', {
    ...{ id: newId('rel'), app_id, version: 1, artifact_digest: 'd', build_id: 'b', env_version: 1 },
    ...{ settings_json: '{}', reason: 'deploy', rollback_of: null, created_by: email, created_at },
    shared_env_json: null,
  })
  await insert(store, 'deployments', {
    ...{ id: newId('dep'), app_id, number: 1, state: 'succeeded', reason: 'deploy', created_by: email },
    created_at,
  })
  await insert(store, 'env_versions', {
    ...{ id: newId('env'), app_id, version: 1, document_json: '{}', author: email, created_at },
  })
  await insert(store, 'shared_env_versions', {
    ...{ id: newId('env'), team_id: app.team_id, environment: app.slug, version: 1, document_json: '{}' },
    ...{ author: email, created_at },
  })
  const events = new Events({ store })
  await events.append({ appId: app.id, type: 'app:created', data: { slug: app.slug, actor: email } })
  await insert(store, 'jobs', {
    ...{
      id: newId('job'),
      kind: 'old',
      state: 'failed',
      payload_json: JSON.stringify({ actor: email, userId }),
    },
    ...{
      steps_json: JSON.stringify({ who: userId }),
      error_json: JSON.stringify({ message: `no ${email}` }),
    },
    ...{
      attempts: 1,
      failures: 1,
      losses: 0,
      max_attempts: 1,
      run_at: 1,
      deadline_ms: 1,
      cancel_requested: 0,
    },
    ...{ created_at, finished_at: 1 },
  })
  await db.updateTable('apps').set({ made_by: userId }).where('id', '=', app.id).execute()
}

async function leaveKeys(store: Store, { userId, email }: TestPerson, teamId: string): Promise<void> {
  await addSession(store, userId)
  const now = Date.now()
  await insert(store, 'api_tokens', {
    ...{
      id: newId('tok'),
      user_id: userId,
      team_id: null,
      name: 'ci',
      token_hash: newId('hash'),
      hint: 'abcd',
    },
    ...{ scopes_json: '["deploy"]', created_at: now },
  })
  await insert(store, 'passkey', {
    ...{ id: newId('pk'), name: 'Laptop', publicKey: 'public-key', userId, credentialID: newId('cred') },
    ...{ counter: 1, deviceType: 'singleDevice', backedUp: store.kind === 'sqlite' ? 0 : false },
  })
  const times = { expiresAt: iso(now + 60_000), createdAt: iso(now), updatedAt: iso(now) }
  await insert(store, 'verification', {
    ...{ id: newId('ver'), identifier: newId('hash'), value: JSON.stringify({ userId, email }), ...times },
  })
  await insert(store, 'deviceCode', {
    ...{ id: newId('dev'), deviceCode: newId('code'), userCode: newId('code'), userId, status: 'approved' },
    expiresAt: times.expiresAt,
  })
  const invitation = { team_id: teamId, role: 'viewer', created_at: now, expires_at: now + 60_000 }
  await insert(store, 'invitations', {
    ...{ id: newId('inv'), email, token_hash: newId('hash'), invited_by: 'local', ...invitation },
  })
  await insert(store, 'invitations', {
    ...{ id: newId('inv'), email: null, token_hash: newId('hash'), invited_by: userId, ...invitation },
    ...{ accepted_by: userId, accepted_at: now },
  })
}

async function leaveCounters(store: Store, { userId, email }: TestPerson): Promise<void> {
  const subject = { subject_kind: 'user', subject_id: userId }
  await insert(store, 'quotas', { ...subject, name: 'apps', max: 3 })
  await insert(store, 'usage_days', { ...subject, name: 'builds', day: '2026-11-21', used: 2 })
  await insert(store, 'rate_limits', { key: `sign-in:account:${email}`, points: 1, expires_at: null })
  await insert(store, 'rate_limits', { key: `api:user:${userId}`, points: 1, expires_at: null })
}

function iso(at: number): string {
  return new Date(at).toISOString()
}

async function insert(store: Store, table: keyof Database, row: Record<string, unknown>): Promise<void> {
  await store.db
    .insertInto(table)
    .values(row as never)
    .execute()
}

/** `table.column` of every text that contains one of the needles, wherever it is. */
export async function placesOf(store: Store, needles: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const { name, columns } of await store.db.introspection.getTables()) {
    for (const column of columns) {
      const text = sql`lower(cast(${sql.ref(column.name)} as text))`
      const { rows } = await sql<{ text: string }>`select ${text} as text from ${sql.table(name)}`.execute(
        store.db,
      )
      const hit = rows.some(row => needles.some(needle => row.text?.includes(needle.toLowerCase())))
      if (hit) found.push(`${name}.${column.name}`)
    }
  }
  return found
}

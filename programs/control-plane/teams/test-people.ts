/** For tests: people and teams straight in the database, and the actors that they are. */
import { AccessReader } from '../access/access-reader.ts'
import { asSignedIn, type UserActor } from '../access/actor.ts'
import type { PlatformRole, Role } from '../access/roles.ts'
import { insertPerson } from '../accounts/people.ts'
import type { Store } from '../store/database.ts'
import type { TeamRow } from '../store/schema.ts'
import { Members } from './members.ts'
import { Teams } from './teams.ts'

/** No hash: whoever is made here signs in with no password. */
const NO_PASSWORD = 'none'

export async function addPerson(
  store: Store,
  name: string,
  { platformRole = 'member' }: { platformRole?: PlatformRole } = {},
): Promise<string> {
  const person = { email: `${name}@example.org`, name, passwordHash: NO_PASSWORD, emailVerified: true }
  return insertPerson(store.db, store.kind, { ...person, platformRole })
}

export async function suspend(store: Store, userId: string): Promise<void> {
  await store.db.updateTable('user').set({ suspendedAt: Date.now() }).where('id', '=', userId).execute()
}

/** With what they may at this moment. */
export async function actorOf(store: Store, userId: string): Promise<UserActor> {
  return asSignedIn((await new AccessReader({ store }).person(userId))!)
}

export interface TeamUnderTest {
  team: TeamRow
  members: Members
  /** Ids by name. */
  ids: Record<string, string>
  actor(name: string): Promise<UserActor>
}

/** A team with a member for each name, in these roles. */
export async function teamWith(
  store: Store,
  roles: Record<string, Role>,
  slug = 'sales',
): Promise<TeamUnderTest> {
  const access = new AccessReader({ store })
  const team = await new Teams({ store }).create({ slug, actor: { kind: 'local' } })
  const ids: Record<string, string> = {}
  for (const [name, role] of Object.entries(roles)) {
    ids[name] = await addPerson(store, name)
    const member = { team_id: team.id, user_id: ids[name], role, created_at: Date.now() }
    await store.db.insertInto('team_members').values(member).execute()
  }
  return { team, members: new Members({ store, access }), ids, actor: name => actorOf(store, ids[name]!) }
}

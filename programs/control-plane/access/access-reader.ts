import type { Store } from '../store/database.ts'
import type { Access } from './actor.ts'

export interface PersonWithAccess {
  userId: string
  email: string
  name: string
  access: Access
}

/** What a person may do, read from the database each time: a role that was taken away is gone at the next request. */
export class AccessReader {
  readonly #store: Store

  constructor({ store }: { store: Store }) {
    this.#store = store
  }

  /** Undefined for somebody who does not exist or is suspended. */
  async person(userId: string): Promise<PersonWithAccess | undefined> {
    const { db } = this.#store
    const [user, teams, apps] = await Promise.all([
      db
        .selectFrom('user')
        .select(['email', 'name', 'platformRole', 'suspendedAt'])
        .where('id', '=', userId)
        .executeTakeFirst(),
      db.selectFrom('team_members').select(['team_id', 'role']).where('user_id', '=', userId).execute(),
      db.selectFrom('app_grants').select(['app_id', 'role']).where('user_id', '=', userId).execute(),
    ])
    if (!user || user.suspendedAt !== null) return undefined
    const access: Access = {
      platformRole: user.platformRole,
      teams: new Map(teams.map(({ team_id, role }) => [team_id, role])),
      apps: new Map(apps.map(({ app_id, role }) => [app_id, role])),
    }
    return { userId, email: user.email, name: user.name, access }
  }
}

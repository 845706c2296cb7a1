import type { Queryable, Store } from '../store/database.ts'
import type { Access } from './actor.ts'

export interface PersonWithAccess {
  userId: string
  email: string
  name: string
  access: Access
  hasSecondFactor: boolean
}

export interface FoundPerson extends PersonWithAccess {
  suspended: boolean
}

/** What a person may do, read from the database each time: a role that was taken away is gone at the next request. */
export class AccessReader {
  readonly #store: Store

  constructor({ store }: { store: Store }) {
    this.#store = store
  }

  /** Undefined for somebody who does not exist or is suspended. */
  async person(userId: string, trx?: Queryable): Promise<PersonWithAccess | undefined> {
    const found = await this.find(userId, trx)
    if (!found || found.suspended) return undefined
    const { suspended, ...person } = found
    return person
  }

  /** Also finds who is suspended. */
  async find(userId: string, trx?: Queryable): Promise<FoundPerson | undefined> {
    const db = trx ?? this.#store.db
    const [user, teams, apps] = await Promise.all([
      db
        .selectFrom('user')
        .select(['email', 'name', 'platformRole', 'suspendedAt', 'twoFactorEnabled'])
        .where('id', '=', userId)
        .executeTakeFirst(),
      db.selectFrom('team_members').select(['team_id', 'role']).where('user_id', '=', userId).execute(),
      db.selectFrom('app_grants').select(['app_id', 'role']).where('user_id', '=', userId).execute(),
    ])
    if (!user) return undefined
    const access: Access = {
      platformRole: user.platformRole,
      teams: new Map(teams.map(({ team_id, role }) => [team_id, role])),
      apps: new Map(apps.map(({ app_id, role }) => [app_id, role])),
    }
    const { email, name, suspendedAt, twoFactorEnabled } = user
    const facts = { suspended: suspendedAt !== null, hasSecondFactor: Boolean(twoFactorEnabled) }
    return { userId, email, name, access, ...facts }
  }
}

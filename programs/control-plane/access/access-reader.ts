import { sql } from 'kysely'
import type { Queryable, Store } from '../store/database.ts'
import type { Access } from './actor.ts'
import type { PlatformRole, Role } from './roles.ts'

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
    const { rows } = await partsOf(userId).execute(trx ?? this.#store.db)
    const user = rows.find(({ part }) => part === 'user')
    if (!user) return undefined
    const access: Access = {
      platformRole: user.role as PlatformRole,
      teams: rolesBy('team', rows),
      apps: rolesBy('app', rows),
    }
    const facts = { suspended: user.suspended_at !== null, hasSecondFactor: Number(user.has_factor) === 1 }
    return { userId, email: user.id, name: user.name!, access, ...facts }
  }
}

interface Part {
  part: 'user' | 'team' | 'app'
  /** The e-mail address, the team or the app. */
  id: string
  name: string | null
  role: string
  suspended_at: number | null
  has_factor: number | null
}

/** Everything in one query: this is asked at each request, and each round trip to PostgreSQL holds it up. */
function partsOf(userId: string) {
  return sql<Part>`
    select 'user' as part, "email" as id, "name" as name, "platformRole" as role,
      "suspendedAt" as suspended_at, case when "twoFactorEnabled" then 1 else 0 end as has_factor
    from "user" where "id" = ${userId}
    union all select 'team', team_id, null, role, null, null from team_members where user_id = ${userId}
    union all select 'app', app_id, null, role, null, null from app_grants where user_id = ${userId}`
}

function rolesBy(part: 'team' | 'app', rows: readonly Part[]): Map<string, Role> {
  return new Map(rows.filter(row => row.part === part).map(({ id, role }) => [id, role as Role]))
}

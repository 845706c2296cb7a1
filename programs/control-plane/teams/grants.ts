import type { PersonRef } from '@seaworthy/api'
import type { Role } from '../access/roles.ts'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Queryable, Store } from '../store/database.ts'
import type { AppRow } from '../store/schema.ts'
import { teamErrors } from './errors.ts'
import { findPersonRef } from './person-ref.ts'
import { lockTeam } from './teams.ts'

/** On a single app there is nothing to own. */
export type GrantRole = Exclude<Role, 'owner'>

export interface GrantRecord extends PersonRef {
  role: GrantRole
  /** Milliseconds since 1970. */
  since: number
}

/** Roles on single apps, for people from outside their teams. */
export class Grants {
  readonly #store: Store
  readonly #clock: Pick<Clock, 'now'>

  constructor({ store, clock = systemClock }: { store: Store; clock?: Pick<Clock, 'now'> }) {
    this.#store = store
    this.#clock = clock
  }

  /** By name. */
  list(appId: string, db: Queryable = this.#store.db): Promise<GrantRecord[]> {
    return grantsOf(db, appId).orderBy('user.name').orderBy('user.id').execute()
  }

  /** Gives a role, or changes it. Rejects with `person_not_found` or `grant_needless`. */
  async set({ app, person, role }: { app: AppRow; person: string; role: GrantRole }): Promise<{
    before: GrantRole | null
    grant: GrantRecord
  }> {
    return this.#store.transaction(async trx => {
      await lockTeam(this.#store, trx, app.team_id)
      const found = await findPersonRef(trx, person)
      if (!found) throw teamErrors.person_not_found({ person })
      if (await isMember(trx, app.team_id, found.id))
        throw teamErrors.grant_needless({ person: found.email, app: app.slug })
      const before = await grantsOf(trx, app.id).where('user.id', '=', found.id).executeTakeFirst()
      const row = { app_id: app.id, user_id: found.id, role, created_at: this.#clock.now() }
      await trx
        .insertInto('app_grants')
        .values(row)
        .onConflict(conflict => conflict.columns(['app_id', 'user_id']).doUpdateSet({ role }))
        .execute()
      return {
        before: before?.role ?? null,
        grant: { ...found, role, since: before?.since ?? row.created_at },
      }
    })
  }

  /** Rejects with `grant_not_found`. */
  async remove({ app, person }: { app: AppRow; person: string }): Promise<GrantRecord> {
    return this.#store.transaction(async trx => {
      const found = await findPersonRef(trx, person)
      const grant = found && (await grantsOf(trx, app.id).where('user.id', '=', found.id).executeTakeFirst())
      if (!grant) throw teamErrors.grant_not_found({ person, app: app.slug })
      await trx
        .deleteFrom('app_grants')
        .where('app_id', '=', app.id)
        .where('user_id', '=', grant.id)
        .execute()
      return grant
    })
  }
}

function grantsOf(db: Queryable, appId: string) {
  return db
    .selectFrom('app_grants')
    .innerJoin('user', 'user.id', 'app_grants.user_id')
    .select(['user.id', 'user.email', 'user.name', 'app_grants.created_at as since'])
    .select('app_grants.role')
    .$narrowType<{ role: GrantRole }>()
    .where('app_grants.app_id', '=', appId)
}

async function isMember(db: Queryable, teamId: string, userId: string): Promise<boolean> {
  const member = db.selectFrom('team_members').select('role').where('team_id', '=', teamId)
  return (await member.where('user_id', '=', userId).executeTakeFirst()) !== undefined
}

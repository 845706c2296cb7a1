import { sql } from 'kysely'
import { dropBegunSignIns } from '../accounts/begun-sign-ins.ts'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Queryable, Store, Transaction } from '../store/database.ts'
import { fetchPage, type Page, type PageRequest } from '../store/paging.ts'
import type { PlatformRole, Role, UserRow } from '../store/schema.ts'
import { personErrors } from './errors.ts'
import { contains } from './person-traces.ts'
import { countOtherAdmins, lockPlatformAdmins } from './platform-admins.ts'

export interface PersonRecord {
  user: UserRow
  teams: { slug: string; name: string; role: Role }[]
  sessions: number
  tokens: number
}

export interface PersonFilter extends PageRequest {
  search?: string | undefined
  sort?: 'name' | 'email' | 'createdAt' | undefined
  order?: 'asc' | 'desc'
}

export interface PersonChange {
  platformRole?: PlatformRole | undefined
  suspended?: boolean | undefined
}

/** The people of the platform, as its administrators see and change them. */
export class PlatformPeople {
  readonly #store: Store
  readonly #clock: Pick<Clock, 'now'>

  constructor({ store, clock = systemClock }: { store: Store; clock?: Pick<Clock, 'now'> }) {
    this.#store = store
    this.#clock = clock
  }

  async list({ search, sort = 'name', order = 'asc', ...page }: PersonFilter): Promise<Page<PersonRecord>> {
    let query = this.#store.db.selectFrom('user')
    if (search) {
      const text = search.toLowerCase()
      const inside = (column: 'name' | 'email') => contains(sql`lower(${sql.ref(column)})`, text)
      query = query.where(eb => eb.or([inside('name'), inside('email')]))
    }
    const { items, total } = await fetchPage(query.selectAll().orderBy(sort, order).orderBy('id'), page)
    return { total, items: await Promise.all(items.map(user => this.#record(this.#store.db, user))) }
  }

  /** By id, or by e-mail address in any case. Rejects with `unknown_person`. */
  async get(idOrEmail: string): Promise<PersonRecord> {
    return this.#record(this.#store.db, await findUser(this.#store.db, idOrEmail))
  }

  /**
   * Suspending ends all sessions; tokens stop to work until the person is readmitted. `within` becomes part of the
   * change. Rejects with `unknown_person`, `last_platform_admin` or `suspended_self`.
   */
  async update(
    { person, change, actorId }: { person: string; change: PersonChange; actorId: string | undefined },
    within: (trx: Transaction, before: UserRow) => Promise<void> = async () => {},
  ): Promise<PersonRecord> {
    return this.#store.transaction(async trx => {
      await lockPlatformAdmins(this.#store, trx)
      const user = await findUser(trx, person)
      if (change.suspended && user.id === actorId) throw personErrors.suspended_self()
      await this.#keepAnAdmin(trx, user, change)
      await this.#write(trx, user, change)
      await within(trx, user)
      return this.#record(trx, await findUser(trx, user.id))
    })
  }

  async #keepAnAdmin(trx: Transaction, user: UserRow, change: PersonChange): Promise<void> {
    const acts = user.platformRole === 'admin' && user.suspendedAt === null
    const goesOn = change.platformRole !== 'member' && change.suspended !== true
    if (!acts || goesOn || (await countOtherAdmins(trx, user.id)) > 0) return
    throw personErrors.last_platform_admin()
  }

  async #write(trx: Transaction, user: UserRow, { platformRole, suspended }: PersonChange): Promise<void> {
    const since = suspended ? (user.suspendedAt ?? this.#clock.now()) : null
    const changes = {
      ...(platformRole !== undefined && { platformRole }),
      ...(suspended !== undefined && { suspendedAt: since }),
    }
    await trx.updateTable('user').set(changes).where('id', '=', user.id).execute()
    if (!suspended) return
    await dropBegunSignIns(trx, user.id)
    await trx.deleteFrom('session').where('userId', '=', user.id).execute()
  }

  async #record(db: Queryable, user: UserRow): Promise<PersonRecord> {
    const teams = await db
      .selectFrom('team_members')
      .innerJoin('teams', 'teams.id', 'team_members.team_id')
      .select(['teams.slug', 'teams.name', 'team_members.role'])
      .where('team_members.user_id', '=', user.id)
      .orderBy('teams.slug')
      .execute()
    const { sessions, tokens } = await db
      .selectNoFrom(eb => [
        eb
          .selectFrom('session')
          .where('userId', '=', user.id)
          .select(eb.fn.countAll<number>().as('count'))
          .as('sessions'),
        eb
          .selectFrom('api_tokens')
          .where('user_id', '=', user.id)
          .where('revoked_at', 'is', null)
          .select(eb.fn.countAll<number>().as('count'))
          .as('tokens'),
      ])
      .executeTakeFirstOrThrow()
    return { user, teams, sessions: Number(sessions), tokens: Number(tokens) }
  }
}

async function findUser(db: Queryable, idOrEmail: string): Promise<UserRow> {
  const user = await db
    .selectFrom('user')
    .selectAll()
    .where(eb => eb.or([eb('id', '=', idOrEmail), eb('email', '=', idOrEmail.toLowerCase())]))
    .executeTakeFirst()
  if (!user) throw personErrors.unknown_person({ person: idOrEmail })
  return user
}

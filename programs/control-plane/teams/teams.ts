import type { Actor } from '../access/actor.ts'
import { type VisibleTeams, visibleTeams } from '../access/visible-teams.ts'
import { forgetSubject } from '../quotas/quota-limits.ts'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Store, Transaction } from '../store/database.ts'
import { isUniqueViolation } from '../store/errors.ts'
import { newId } from '../store/ids.ts'
import { DEFAULT_TEAM } from '../store/migrations/0002-accounts.ts'
import { fetchPage, type Page, type PageRequest } from '../store/paging.ts'
import type { TeamRow } from '../store/schema.ts'
import { teamErrors } from './errors.ts'

export interface TeamsOptions {
  store: Store
  clock?: Pick<Clock, 'now'>
}

/** The `teams` table. Who changes what belongs to a team (members, apps) locks it: see `lockTeam`. */
export class Teams {
  readonly #store: Store
  readonly #clock: Pick<Clock, 'now'>

  constructor({ store, clock = systemClock }: TeamsOptions) {
    this.#store = store
    this.#clock = clock
  }

  /**
   * The maker is its owner; a team that the machine's administrator makes is owned by the platform's first one.
   * Rejects with `team_slug_taken`.
   */
  async create({
    slug,
    name = slug,
    actor,
  }: {
    slug: string
    name?: string
    actor: Actor
  }): Promise<TeamRow> {
    const row: TeamRow = { id: newId('team'), slug, name, created_at: this.#clock.now() }
    await this.#store
      .transaction(async trx => {
        await trx.insertInto('teams').values(row).execute()
        const ownerId = 'userId' in actor ? actor.userId : await firstAdministrator(trx)
        if (ownerId === undefined) return
        const owner = {
          team_id: row.id,
          user_id: ownerId,
          role: 'owner' as const,
          created_at: row.created_at,
        }
        await trx.insertInto('team_members').values(owner).execute()
      })
      .catch(slugTaken(slug))
    return row
  }

  /** By slug; those that the actor may see. */
  async list({
    actor,
    order = 'asc',
    ...page
  }: PageRequest & { actor: Actor; order?: 'asc' | 'desc' }): Promise<Page<TeamRow>> {
    const visible: VisibleTeams = visibleTeams(actor)
    const all = this.#store.db.selectFrom('teams')
    const own = visible === 'all' ? all : all.where('id', 'in', visible.length > 0 ? visible : [''])
    return fetchPage(own.selectAll().orderBy('slug', order), page)
  }

  /** Rejects with `team_slug_taken`. */
  async update(id: string, changes: Partial<Pick<TeamRow, 'slug' | 'name'>>): Promise<TeamRow> {
    const change = this.#store.db.updateTable('teams').set(changes).where('id', '=', id).returningAll()
    return change.executeTakeFirstOrThrow().catch(slugTaken(changes.slug ?? ''))
  }

  /** Rejects with `team_has_apps`, also for those in the trash, or `team_stays`. */
  async delete({ id, slug }: TeamRow): Promise<void> {
    if (id === DEFAULT_TEAM.id) throw teamErrors.team_stays({ team: slug })
    await this.#store.transaction(async trx => {
      await lockTeam(this.#store, trx, id)
      const apps = await countApps(trx, id)
      if (apps > 0) throw teamErrors.team_has_apps({ team: slug, apps })
      await deleteTeam(trx, id)
    })
  }
}

/** With all that hangs on the team but its apps. The caller has seen to it that it has none, and holds `lockTeam`. */
export async function deleteTeam(trx: Transaction, teamId: string): Promise<void> {
  await forgetSubject(trx, { kind: 'team', id: teamId })
  await trx.deleteFrom('teams').where('id', '=', teamId).execute()
}

/** Holds back every other change of the team's members and of which apps it has, until `trx` ends. */
export function lockTeam(store: Store, trx: Transaction, teamId: string): Promise<void> {
  return store.lock(trx, `team:${teamId}`)
}

async function countApps(trx: Transaction, teamId: string): Promise<number> {
  const { count } = await trx
    .selectFrom('apps')
    .select(eb => eb.fn.countAll<number>().as('count'))
    .where('team_id', '=', teamId)
    .executeTakeFirstOrThrow()
  return Number(count)
}

async function firstAdministrator(trx: Transaction): Promise<string | undefined> {
  const admins = trx.selectFrom('user').select('id').where('platformRole', '=', 'admin')
  const first = await admins
    .where('suspendedAt', 'is', null)
    .orderBy('createdAt')
    .orderBy('id')
    .executeTakeFirst()
  return first?.id
}

function slugTaken(slug: string): (error: unknown) => never {
  return error => {
    throw isUniqueViolation(error) ? teamErrors.team_slug_taken({ slug }) : error
  }
}

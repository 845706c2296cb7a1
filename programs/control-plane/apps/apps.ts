import { sql } from 'kysely'
import { mayShowApp } from '../access/narrow-apps.ts'
import type { VisibleApps } from '../access/visible-apps.ts'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Queryable, Store } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import { DEFAULT_TEAM } from '../store/migrations/0002-accounts.ts'
import { fetchPage, type Page, type PageRequest } from '../store/paging.ts'
import type { AppRow, AppState } from '../store/schema.ts'
import { appErrors } from './errors.ts'
import { slugProblem } from './slug.ts'

export interface AppList extends PageRequest {
  sort?: keyof typeof SORT_COLUMNS
  order?: 'asc' | 'desc'
  /** Part of the slug or the name, in any case. */
  search?: string
  state?: AppState
  /** Only those that have this tag. */
  tag?: string | undefined
  /** All when missing. */
  visible?: VisibleApps
}

/** What may be changed by `update`; states, releases and the trash have their own methods. */
export type AppPatch = Partial<
  Pick<AppRow, 'name' | 'environment' | 'tags_json' | 'scale_json' | 'sleep_after_minutes' | 'origin_json'>
>

const SORT_COLUMNS = {
  slug: 'slug',
  name: 'name',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
  lastRequestAt: 'last_request_at',
} as const

const DAY_MS = 86_400_000
const PURGED_AT_ONCE = 100

/** The `apps` table. Unless told otherwise, an app in the trash does not exist. */
export class Apps {
  readonly #store: Store
  readonly #trashDays: number
  readonly #clock: Pick<Clock, 'now'>

  constructor({
    store,
    trashDays = 7,
    clock = systemClock,
  }: {
    store: Store
    /** How long a deleted app can be brought back. */
    trashDays?: number
    clock?: Pick<Clock, 'now'>
  }) {
    this.#store = store
    this.#trashDays = trashDays
    this.#clock = clock
  }

  /** Rejects with `slug_invalid`, `slug_taken` or `team_gone`. */
  async create(
    {
      slug,
      name = slug,
      teamId = DEFAULT_TEAM.id,
      madeBy = null,
    }: { slug: string; name?: string; teamId?: string; madeBy?: string | null },
    trx?: Queryable,
  ): Promise<AppRow> {
    const problem = slugProblem(slug)
    if (problem) throw appErrors.slug_invalid({ problem }, { errors: [{ path: 'slug', message: problem }] })
    return this.#within(trx, async own => {
      await this.#requireTeam(teamId, own)
      await this.#store.lock(own, `slug:${slug}`)
      if (await this.getBySlug(slug, own)) throw appErrors.slug_taken({ slug })
      const row = newApp({
        slug,
        name,
        teamId,
        madeBy,
        userNumber: await this.nextUserNumber(own),
        now: this.#clock.now(),
      })
      await own.insertInto('apps').values(row).execute()
      return row
    })
  }

  getBySlug(slug: string, trx?: Queryable): Promise<AppRow | undefined> {
    return this.#live(trx).selectAll().where('slug', '=', slug).executeTakeFirst()
  }

  /** Also finds apps in the trash: see `deleted_at`. */
  getById(id: string, trx?: Queryable): Promise<AppRow | undefined> {
    return this.#db(trx).selectFrom('apps').selectAll().where('id', '=', id).executeTakeFirst()
  }

  /** As `getById`, for several at once; in no order. */
  async listByIds(ids: readonly string[]): Promise<AppRow[]> {
    if (ids.length === 0) return []
    return this.#db().selectFrom('apps').selectAll().where('id', 'in', ids).execute()
  }

  async list({
    sort = 'slug',
    order = 'asc',
    search,
    state,
    tag,
    visible = 'all',
    ...page
  }: AppList = {}): Promise<Page<AppRow>> {
    let query = this.#live().where(mayShowApp(visible, 'apps.id'))
    if (state !== undefined) query = query.where('state', '=', state)
    // A tag holds nothing that JSON or a pattern would write otherwise.
    if (tag !== undefined) query = query.where('tags_json', 'like', `%"${tag}"%`)
    if (search !== undefined && search !== '') {
      const pattern = `%${search.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`
      query = query.where(
        sql<boolean>`(slug like ${pattern} escape '\\' or lower(name) like ${pattern} escape '\\')`,
      )
    }
    const column = sql.ref(SORT_COLUMNS[sort])
    const direction = sql.raw(order === 'desc' ? 'desc' : 'asc')
    // Where nothing is known comes last in both directions and on both databases. What is always known is read in
    // the order of its index, a page of a thousand apps without sorting them all.
    const unknownLast = sort === 'lastRequestAt' ? sql`${column} is null, ` : sql``
    const sorted = sql`${unknownLast}${column} ${direction}, id ${direction}`
    return fetchPage(query.selectAll().orderBy(sorted), page)
  }

  /** Rejects with `app_not_found`. */
  update(id: string, patch: AppPatch, trx?: Queryable): Promise<AppRow> {
    return this.#change(id, { ...patch, updated_at: this.#clock.now() }, trx)
  }

  /** Rejects with `app_not_found`. */
  setState(id: string, state: AppState, trx?: Queryable): Promise<AppRow> {
    return this.#change(id, { state, updated_at: this.#clock.now() }, trx)
  }

  /** Rejects with `app_not_found`. */
  setCurrentRelease(id: string, releaseId: string, trx?: Queryable): Promise<AppRow> {
    return this.#change(id, { current_release_id: releaseId, updated_at: this.#clock.now() }, trx)
  }

  /** Never goes back: reports of several edges arrive in any order. An unknown app is not an error. */
  async touchLastRequest(id: string, at: number, trx?: Queryable): Promise<void> {
    await this.#db(trx)
      .updateTable('apps')
      .set({ last_request_at: at })
      .where('id', '=', id)
      .where(eb => eb.or([eb('last_request_at', 'is', null), eb('last_request_at', '<', at)]))
      .execute()
  }

  /** Frees the slug at once and keeps the rest for 7 days. Rejects with `app_not_found`. */
  moveToTrash(id: string, trx?: Queryable): Promise<AppRow> {
    const now = this.#clock.now()
    return this.#change(
      id,
      { state: 'deleting', deleted_at: now, purge_at: now + this.#trashDays * DAY_MS, updated_at: now },
      trx,
    )
  }

  /** Newest first. */
  async listTrash({
    order = 'desc',
    visible = 'all',
    ...page
  }: PageRequest & { order?: 'asc' | 'desc'; visible?: VisibleApps } = {}): Promise<Page<AppRow>> {
    const query = this.#store.db
      .selectFrom('apps')
      .where('deleted_at', 'is not', null)
      .where(mayShowApp(visible, 'apps.id'))
    return fetchPage(query.selectAll().orderBy('deleted_at', order).orderBy('id', order), page)
  }

  /** Rejects with `app_not_found`, `app_not_in_trash` or `restore_slug_taken`. */
  async restore(id: string, trx?: Queryable): Promise<AppRow> {
    const app = await this.getById(id, trx)
    if (!app) throw appErrors.app_not_found({ app: id })
    if (app.deleted_at === null) throw appErrors.app_not_in_trash({ slug: app.slug })
    return this.#within(trx, async own => {
      await this.#store.lock(own, `slug:${app.slug}`)
      if (await this.getBySlug(app.slug, own)) throw appErrors.restore_slug_taken({ slug: app.slug })
      const changes = {
        state: 'active' as const,
        deleted_at: null,
        purge_at: null,
        updated_at: this.#clock.now(),
      }
      const restored = await own
        .updateTable('apps')
        .set(changes)
        .where('id', '=', id)
        .where('deleted_at', 'is not', null)
        .returningAll()
        .executeTakeFirst()
      if (!restored) throw appErrors.app_not_in_trash({ slug: app.slug })
      return restored
    })
  }

  /** Its time in the trash is over: the next sweep removes it. @throws `app_not_in_trash` */
  async endTrashTime(app: Pick<AppRow, 'id' | 'slug'>): Promise<void> {
    const { numUpdatedRows } = await this.#store.db
      .updateTable('apps')
      .set({ purge_at: this.#clock.now() })
      .where('id', '=', app.id)
      .where('deleted_at', 'is not', null)
      .executeTakeFirst()
    if (Number(numUpdatedRows) === 0) throw appErrors.app_not_in_trash({ slug: app.slug })
  }

  /** Forgets apps whose days in the trash were over at `now`, and all that belongs to them; at most 100. Returns them. */
  async purgeDue(now: number): Promise<AppRow[]> {
    return this.#store.transaction(async trx => {
      const due = await trx
        .selectFrom('apps')
        .selectAll()
        .where('purge_at', '<=', now)
        .where('deleted_at', 'is not', null)
        .orderBy('purge_at')
        .limit(PURGED_AT_ONCE)
        .execute()
      const ids = due.map(app => app.id)
      if (ids.length > 0) await trx.deleteFrom('apps').where('id', 'in', ids).execute()
      return due
    })
  }

  /**
   * A number that no app has ever had, from 1 on: files that a purged app's user left behind somewhere must not
   * become another app's.
   */
  async nextUserNumber(trx: Queryable): Promise<number> {
    const { value_json } = await trx
      .insertInto('platform_settings')
      .values({ key: 'last_user_number', value_json: '1', updated_at: this.#clock.now() })
      .onConflict(conflict =>
        conflict.column('key').doUpdateSet({
          value_json: sql<string>`cast(cast(platform_settings.value_json as integer) + 1 as text)`,
          updated_at: this.#clock.now(),
        }),
      )
      .returning('value_json')
      .executeTakeFirstOrThrow()
    return Number(value_json)
  }

  /** A team that is being deleted gets no more apps: its deletion holds the same lock. */
  async #requireTeam(teamId: string, trx: Queryable): Promise<void> {
    await this.#store.lock(trx, `team:${teamId}`)
    const team = await trx.selectFrom('teams').select('id').where('id', '=', teamId).executeTakeFirst()
    if (!team) throw appErrors.team_gone()
  }

  async #change(id: string, changes: Partial<AppRow>, trx?: Queryable): Promise<AppRow> {
    const row = await this.#db(trx)
      .updateTable('apps')
      .set(changes)
      .where('id', '=', id)
      .where('deleted_at', 'is', null)
      .returningAll()
      .executeTakeFirst()
    if (!row) throw appErrors.app_not_found({ app: id })
    return row
  }

  #live(trx?: Queryable) {
    return this.#db(trx).selectFrom('apps').where('deleted_at', 'is', null)
  }

  #db(trx?: Queryable): Queryable {
    return trx ?? this.#store.db
  }

  #within<Result>(trx: Queryable | undefined, change: (trx: Queryable) => Promise<Result>): Promise<Result> {
    return trx ? change(trx) : this.#store.transaction(change)
  }
}

function newApp({
  slug,
  name,
  teamId,
  madeBy,
  userNumber,
  now,
}: {
  slug: string
  name: string
  teamId: string
  madeBy: string | null
  userNumber: number
  now: number
}): AppRow {
  return {
    id: newId('app'),
    slug,
    name,
    state: 'active',
    tags_json: '[]',
    scale_json: '{}',
    sleep_after_minutes: null,
    current_release_id: null,
    origin_json: null,
    team_id: teamId,
    environment: 'production',
    user_number: userNumber,
    last_request_at: null,
    made_by: madeBy,
    created_at: now,
    updated_at: now,
    deleted_at: null,
    purge_at: null,
  }
}

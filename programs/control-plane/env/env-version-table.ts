/** Where the versions of one set of variables are kept: those of an app, or those that a team shares. */
import type { SealBinding } from '@seaworthy/kit'
import type { Queryable } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import { fetchPage, type Page, type PageRequest } from '../store/paging.ts'
import { appEnvBinding, sharedEnvBinding } from './env-binding.ts'
import type { SharedEnvOwner } from './shared-env-owner.ts'

export interface EnvVersionRecord {
  version: number
  document_json: string
  author: string
  created_at: number
}

export interface EnvVersionTable {
  /** For people: `shop`, `the team`. */
  owner: string
  /** Name of the lock that keeps changes apart. */
  lock: string
  binding(key: string): SealBinding
  /** The newest when no version is given. */
  find(db: Queryable, version?: number): Promise<EnvVersionRecord | undefined>
  insert(db: Queryable, record: EnvVersionRecord): Promise<void>
  page(db: Queryable, request: PageRequest & { order: 'asc' | 'desc' }): Promise<Page<EnvVersionRecord>>
  all(db: Queryable): Promise<EnvVersionRecord[]>
  /** Only how a value is kept may change, never what it is. */
  replaceDocument(db: Queryable, record: Pick<EnvVersionRecord, 'version' | 'document_json'>): Promise<void>
}

const COLUMNS = ['version', 'document_json', 'author', 'created_at'] as const

export function appEnvTable({ id, slug }: { id: string; slug?: string }): EnvVersionTable {
  const rows = (db: Queryable) => db.selectFrom('env_versions').select(COLUMNS).where('app_id', '=', id)
  return {
    owner: slug ?? 'the app',
    lock: `env:${id}`,
    binding: key => appEnvBinding(id, key),
    find: (db, version) =>
      (version === undefined
        ? rows(db).orderBy('version', 'desc').limit(1)
        : rows(db).where('version', '=', version)
      ).executeTakeFirst(),
    async insert(db, record) {
      await db
        .insertInto('env_versions')
        .values({ id: newId('env'), app_id: id, ...record })
        .execute()
    },
    page: (db, { order, ...page }) => fetchPage(rows(db).orderBy('version', order), page),
    all: db => rows(db).execute(),
    async replaceDocument(db, { version, document_json }) {
      const own = db.updateTable('env_versions').set({ document_json }).where('app_id', '=', id)
      await own.where('version', '=', version).execute()
    },
  }
}

export function sharedEnvTable(owner: SharedEnvOwner): EnvVersionTable {
  const { teamId, environment } = owner
  const rows = (db: Queryable) =>
    db
      .selectFrom('shared_env_versions')
      .select(COLUMNS)
      .where('team_id', '=', teamId)
      .where('environment', '=', environment)
  return {
    owner: environment === '' ? 'the team' : `the environment ${environment} of the team`,
    lock: `shared-env:${teamId}:${environment}`,
    binding: key => sharedEnvBinding(owner, key),
    find: (db, version) =>
      (version === undefined
        ? rows(db).orderBy('version', 'desc').limit(1)
        : rows(db).where('version', '=', version)
      ).executeTakeFirst(),
    async insert(db, record) {
      await db
        .insertInto('shared_env_versions')
        .values({ id: newId('sev'), team_id: teamId, environment, ...record })
        .execute()
    },
    page: (db, { order, ...page }) => fetchPage(rows(db).orderBy('version', order), page),
    all: db => rows(db).execute(),
    async replaceDocument(db, { version, document_json }) {
      const own = db.updateTable('shared_env_versions').set({ document_json }).where('team_id', '=', teamId)
      await own.where('environment', '=', environment).where('version', '=', version).execute()
    },
  }
}

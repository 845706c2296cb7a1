import { AppError, type FieldError, type KeyRing } from '@seaworthy/kit'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Queryable, Store } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import { fetchPage, type Page, type PageRequest } from '../store/paging.ts'
import { appEnvBinding } from './env-binding.ts'
import { envKeyProblem, envValueProblem, MAX_ENV_KEYS, MAX_ENV_TOTAL_BYTES } from './env-key.ts'

export interface EnvChange {
  /** A secret stays one unless `secret: false` is said. */
  set?: Record<string, { value: string; secret?: boolean }>
  /** Names that are not set are no error. */
  unset?: readonly string[]
}

export interface EnvDescription {
  /** 0 while nothing was ever set. */
  version: number
  /** The value of a secret is null: it is write-only. */
  variables: Record<string, { secret: boolean; value: string | null }>
}

export interface EnvVersionSummary {
  version: number
  author: string
  keys: string[]
  /** Milliseconds since 1970. */
  createdAt: number
}

export class EnvInvalid extends AppError {
  constructor(errors: FieldError[]) {
    super('env_invalid', errors[0]!.message, { status: 422, errors })
  }
}

export class EnvVersionNotFound extends AppError {
  constructor(version: number) {
    super('env_version_not_found', `The app has no env version ${version}.`, { status: 404 })
  }
}

export interface EnvVarsOptions {
  store: Store
  keyRing: KeyRing
  clock?: Pick<Clock, 'now'>
}

/** As stored: a secret's value is sealed. A map, because a name may be that of an object's own property. */
type Document = Map<string, { secret: boolean; value: string }>

/** The env of each app, as an append-only list of versions: a change is a new version with everything in it. */
export class EnvVars {
  readonly #store: Store
  readonly #keyRing: KeyRing
  readonly #clock: Pick<Clock, 'now'>

  constructor({ store, keyRing, clock = systemClock }: EnvVarsOptions) {
    this.#store = store
    this.#keyRing = keyRing
    this.#clock = clock
  }

  /**
   * Concurrent changes follow one another; none is lost. A change that changes nothing makes no version.
   * Rejects with `EnvInvalid`, naming each wrong field; nothing is changed then.
   */
  async change(
    appId: string,
    change: EnvChange,
    author: string,
    trx?: Queryable,
  ): Promise<{ version: number; changed: string[] }> {
    refuseInvalid(change)
    if (!trx) return this.#store.transaction(own => this.change(appId, change, author, own))
    await this.#store.lock(trx, `env:${appId}`)
    const { version, document } = await this.#read(appId, undefined, trx)
    const changed = this.#apply(appId, document, change)
    if (changed.length === 0) return { version, changed }
    refuseTooLarge(document)
    await this.#append({ appId, version: version + 1, document, author }, trx)
    return { version: version + 1, changed }
  }

  /** 0 while nothing was ever set. */
  async currentVersion(appId: string, trx?: Queryable): Promise<number> {
    const row = await (trx ?? this.#store.db)
      .selectFrom('env_versions')
      .select(eb => eb.fn.max('version').as('version'))
      .where('app_id', '=', appId)
      .executeTakeFirst()
    return Number(row?.version ?? 0)
  }

  /** For people: secrets are masked. The newest version when none is given. Rejects with `EnvVersionNotFound`. */
  async describe(appId: string, version?: number): Promise<EnvDescription> {
    const found = await this.#read(appId, version)
    const shown = [...found.document].map(([key, { secret, value }]) => [
      key,
      { secret, value: secret ? null : value },
    ])
    return { version: found.version, variables: Object.fromEntries(shown) }
  }

  /**
   * For instances and builds: everything in plain text, and which values a log must not show.
   * Rejects with `EnvVersionNotFound`, or `KeyRingError` when a secret cannot be opened.
   */
  async resolve(
    appId: string,
    version: number,
  ): Promise<{ env: Record<string, string>; secretValues: string[] }> {
    const { document } = await this.#read(appId, version)
    const plain = [...document].map(([key, entry]) => ({
      key,
      ...entry,
      value: this.#plainValue(appId, key, entry),
    }))
    return {
      env: Object.fromEntries(plain.map(({ key, value }) => [key, value])),
      secretValues: plain.filter(({ secret, value }) => secret && value !== '').map(({ value }) => value),
    }
  }

  /** Newest first unless told. */
  async listVersions(
    appId: string,
    { order = 'desc', ...page }: PageRequest & { order?: 'asc' | 'desc' } = {},
  ): Promise<Page<EnvVersionSummary>> {
    const query = this.#store.db.selectFrom('env_versions').where('app_id', '=', appId)
    const { items: rows, total } = await fetchPage(query.selectAll().orderBy('version', order), page)
    const items = rows.map(({ version, author, document_json, created_at }) => ({
      version,
      author,
      keys: [...parseDocument(document_json).keys()],
      createdAt: created_at,
    }))
    return { items, total }
  }

  /** The newest version when none is given; version 0 is the empty one that every app begins with. */
  async #read(
    appId: string,
    version: number | undefined,
    trx?: Queryable,
  ): Promise<{ version: number; document: Document }> {
    if (version === 0) return { version, document: new Map() }
    let query = (trx ?? this.#store.db).selectFrom('env_versions').selectAll().where('app_id', '=', appId)
    query =
      version === undefined ? query.orderBy('version', 'desc').limit(1) : query.where('version', '=', version)
    const row = await query.executeTakeFirst()
    if (!row && version !== undefined) throw new EnvVersionNotFound(version)
    return row
      ? { version: row.version, document: parseDocument(row.document_json) }
      : { version: 0, document: new Map() }
  }

  /** Changes `document`, and returns the names that are different now. */
  #apply(appId: string, document: Document, { set = {}, unset = [] }: EnvChange): string[] {
    const changed = new Set<string>()
    for (const key of unset) if (document.delete(key)) changed.add(key)
    for (const [key, { value, secret }] of Object.entries(set)) {
      const before = document.get(key)
      const isSecret = secret ?? before?.secret ?? false
      if (before?.secret === isSecret && this.#plainValue(appId, key, before) === value) continue
      document.set(key, {
        secret: isSecret,
        value: isSecret ? this.#keyRing.seal(value, appEnvBinding(appId, key)) : value,
      })
      changed.add(key)
    }
    return [...changed]
  }

  #plainValue(appId: string, key: string, { secret, value }: { secret: boolean; value: string }): string {
    return secret ? this.#keyRing.open(value, appEnvBinding(appId, key)) : value
  }

  async #append(
    {
      appId,
      version,
      document,
      author,
    }: { appId: string; version: number; document: Document; author: string },
    trx: Queryable,
  ): Promise<void> {
    const document_json = JSON.stringify(
      Object.fromEntries([...document].sort(([a], [b]) => (a < b ? -1 : 1))),
    )
    await trx
      .insertInto('env_versions')
      .values({
        id: newId('env'),
        app_id: appId,
        version,
        document_json,
        author,
        created_at: this.#clock.now(),
      })
      .execute()
  }
}

function parseDocument(json: string): Document {
  return new Map(Object.entries(JSON.parse(json)))
}

function refuseInvalid({ set = {}, unset = [] }: EnvChange): void {
  const errors: FieldError[] = []
  for (const [key, { value }] of Object.entries(set)) {
    const message = envKeyProblem(key) ?? envValueProblem(value)
    if (message) errors.push({ path: `set.${key}`, message })
    else if (unset.includes(key))
      errors.push({ path: `unset.${key}`, message: `${key} is both set and unset.` })
  }
  if (errors.length > 0) throw new EnvInvalid(errors.slice(0, 20))
}

function refuseTooLarge(document: Document): void {
  if (document.size > MAX_ENV_KEYS) {
    throw new EnvInvalid([
      {
        path: 'set',
        message: `An app has at most ${MAX_ENV_KEYS} env vars; this would be ${document.size}.`,
      },
    ])
  }
  let bytes = 0
  for (const [key, { value }] of document) bytes += key.length + Buffer.byteLength(value)
  if (bytes > MAX_ENV_TOTAL_BYTES) {
    throw new EnvInvalid([{ path: 'set', message: 'All env vars of an app together have at most 1 MB.' }])
  }
}

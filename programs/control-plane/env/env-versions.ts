import { type KeyRing, KeyRingError } from '@seaworthy/kit'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Queryable, Store } from '../store/database.ts'
import type { Page, PageRequest } from '../store/paging.ts'
import { applyChange, type EnvChange, type EnvSeal, refuseInvalid, shortSecrets } from './env-change.ts'
import {
  diffDocuments,
  documentJson,
  type EnvDifference,
  type EnvDocument,
  type EnvEntry,
  parseDocument,
  type ShownVariable,
  showDocument,
} from './env-document.ts'
import type { EnvVersionRecord, EnvVersionTable } from './env-version-table.ts'
import { envErrors } from './errors.ts'

export interface EnvVersionsOptions {
  store: Store
  keyRing: KeyRing
  clock?: Pick<Clock, 'now'>
}

export interface EnvDescription {
  /** 0 while nothing was ever set. */
  version: number
  variables: Record<string, ShownVariable>
}

export interface EnvVersionSummary {
  version: number
  author: string
  /** Everything that it sets. */
  keys: string[]
  /** What is different from the version before. */
  changes: EnvDifference[]
  /** Milliseconds since 1970. */
  createdAt: number
}

export interface ChangedEnv {
  version: number
  /** Names that are different now. */
  changed: string[]
  /** Secrets among them that are too short to be hidden in logs. */
  shortSecrets: string[]
}

/** A value in the clear, for what runs. */
export interface OpenedVariable {
  secret: boolean
  value: string
}

/**
 * The versions of a set of variables, whoever owns it: an append-only list, each with everything in it. Where only the
 * way to keep a value changes (a variable that becomes a secret, a new master key) the old versions follow.
 */
export class EnvVersions {
  readonly #store: Store
  readonly #keyRing: KeyRing
  readonly #clock: Pick<Clock, 'now'>

  constructor({ store, keyRing, clock = systemClock }: EnvVersionsOptions) {
    this.#store = store
    this.#keyRing = keyRing
    this.#clock = clock
  }

  /**
   * Concurrent changes follow one another; none is lost. A change that changes nothing makes no version.
   * Rejects with `EnvInvalid`, naming each wrong field, or `env_changed_meanwhile`; nothing is changed then.
   */
  async change(table: EnvVersionTable, change: EnvChange, author: string): Promise<ChangedEnv> {
    refuseInvalid(change)
    return this.#write(table, { author, baseVersion: change.baseVersion }, document =>
      applyChange(document, change, this.#sealOf(table)),
    )
  }

  /** A new version with what an old one held. Rejects with `env_version_not_found` or `env_changed_meanwhile`. */
  async restore(
    table: EnvVersionTable,
    { version, baseVersion, author }: { version: number; baseVersion?: number; author: string },
  ): Promise<ChangedEnv> {
    const old = await this.document(table, version)
    return this.#write(table, { author, baseVersion }, document => {
      const changes = this.#diff(table, document, old)
      const newSecrets = changes.filter(({ before, after }) => after?.secret && !before?.secret)
      document.clear()
      for (const [key, entry] of old) document.set(key, entry)
      return { changed: changes.map(({ key }) => key), newSecrets: newSecrets.map(({ key }) => key) }
    })
  }

  /** 0 while nothing was ever set. */
  async currentVersion(table: EnvVersionTable, trx?: Queryable): Promise<number> {
    return (await table.find(trx ?? this.#store.db))?.version ?? 0
  }

  /** For people: secrets are masked. The newest version when none is given. Rejects with `env_version_not_found`. */
  async describe(table: EnvVersionTable, version?: number): Promise<EnvDescription> {
    const found = await this.#read(table, version)
    return { version: found.version, variables: showDocument(found.document) }
  }

  /** One version with what it changed. Rejects with `env_version_not_found`. */
  async summary(table: EnvVersionTable, version: number): Promise<EnvVersionSummary> {
    const record = await table.find(this.#store.db, version)
    if (!record) throw envErrors.env_version_not_found({ owner: table.owner, version })
    return this.#summarize(table, record, await table.find(this.#store.db, version - 1))
  }

  /** Newest first unless told. */
  async list(
    table: EnvVersionTable,
    { order = 'desc', ...page }: PageRequest & { order?: 'asc' | 'desc' } = {},
  ): Promise<Page<EnvVersionSummary>> {
    const { items, total } = await table.page(this.#store.db, { ...page, order })
    const byVersion = new Map(items.map(record => [record.version, record]))
    const summaries = items.map(async record => {
      const before =
        byVersion.get(record.version - 1) ?? (await table.find(this.#store.db, record.version - 1))
      return this.#summarize(table, record, before)
    })
    return { items: await Promise.all(summaries), total }
  }

  /** From one version to another, in any order. Rejects with `env_version_not_found`. */
  async diff(table: EnvVersionTable, from: number, to: number): Promise<EnvDifference[]> {
    return this.#diff(table, await this.document(table, from), await this.document(table, to))
  }

  /** As stored. Version 0 is the empty one that everything begins with. Rejects with `env_version_not_found`. */
  async document(table: EnvVersionTable, version: number): Promise<EnvDocument> {
    return (await this.#read(table, version)).document
  }

  /** Everything in the clear. Rejects with `env_version_not_found`, or `env_secret_unreadable`: never with a part of it. */
  async open(table: EnvVersionTable, version: number): Promise<Map<string, OpenedVariable>> {
    const document = await this.document(table, version)
    return new Map([...document].map(([key, entry]) => [key, this.#opened(table, key, entry)]))
  }

  /** The same without what cannot be opened: for keeping secrets out of logs, where a part is better than nothing. */
  async openReadable(table: EnvVersionTable, version: number): Promise<OpenedVariable[]> {
    const document = await this.document(table, version)
    return [...document].flatMap(([key, entry]) => {
      try {
        return [this.#opened(table, key, entry)]
      } catch {
        return []
      }
    })
  }

  async #write(
    table: EnvVersionTable,
    { author, baseVersion }: { author: string; baseVersion: number | undefined },
    edit: (document: EnvDocument) => { changed: string[]; newSecrets: string[] },
  ): Promise<ChangedEnv> {
    return this.#store.transaction(async trx => {
      await this.#store.lock(trx, table.lock)
      const record = await table.find(trx)
      refuseStale(record, baseVersion)
      const version = record?.version ?? 0
      const document = record ? parseDocument(record.document_json) : new Map()
      const { changed, newSecrets } = edit(document)
      if (changed.length === 0) return { version, changed, shortSecrets: [] }
      await this.#append(table, { version: version + 1, document, author }, trx)
      if (newSecrets.length > 0) await this.#sealHistory(table, newSecrets, trx)
      const short = shortSecrets(document, changed, this.#sealOf(table))
      return { version: version + 1, changed, shortSecrets: short }
    })
  }

  async #append(
    table: EnvVersionTable,
    { version, document, author }: { version: number; document: EnvDocument; author: string },
    trx: Queryable,
  ): Promise<void> {
    await table.insert(trx, {
      version,
      document_json: documentJson(this.#underCurrentKey(table, document)),
      author,
      created_at: this.#clock.now(),
    })
  }

  /** What is copied from the version before may be under an older key, which a rotation is about to retire. */
  #underCurrentKey(table: EnvVersionTable, document: EnvDocument): EnvDocument {
    return new Map([...document].map(([key, entry]) => [key, this.#resealed(table, key, entry)]))
  }

  /** What is damaged stays as it is: it must not be in the way of a change that mends it, or of another. */
  #resealed(table: EnvVersionTable, key: string, entry: EnvEntry): EnvEntry {
    try {
      return entry.secret ? { ...entry, value: this.#keyRing.reseal(entry.value, table.binding(key)) } : entry
    } catch (error) {
      if (!(error instanceof KeyRingError)) throw error
      return entry
    }
  }

  /** A name that becomes a secret is one in its whole history: nobody reads the value there. */
  async #sealHistory(table: EnvVersionTable, keys: readonly string[], trx: Queryable): Promise<void> {
    const { seal } = this.#sealOf(table)
    for (const { version, document_json } of await table.all(trx)) {
      const document = parseDocument(document_json)
      const plain = keys.filter(key => document.get(key)?.secret === false)
      if (plain.length === 0) continue
      for (const key of plain) document.set(key, { secret: true, value: seal(key, document.get(key)!.value) })
      await table.replaceDocument(trx, { version, document_json: documentJson(document) })
    }
  }

  async #read(
    table: EnvVersionTable,
    version: number | undefined,
  ): Promise<{ version: number; document: EnvDocument }> {
    if (version === 0) return { version, document: new Map() }
    const record = await table.find(this.#store.db, version)
    if (record) return { version: record.version, document: parseDocument(record.document_json) }
    if (version !== undefined) throw envErrors.env_version_not_found({ owner: table.owner, version })
    return { version: 0, document: new Map() }
  }

  #summarize(
    table: EnvVersionTable,
    record: EnvVersionRecord,
    before: EnvVersionRecord | undefined,
  ): EnvVersionSummary {
    const document = parseDocument(record.document_json)
    const { version, author, created_at: createdAt } = record
    const changes = this.#diff(table, before ? parseDocument(before.document_json) : new Map(), document)
    return { version, author, keys: [...document.keys()], changes, createdAt }
  }

  #diff(table: EnvVersionTable, before: EnvDocument, after: EnvDocument): EnvDifference[] {
    return diffDocuments(before, after, (key, one, other) => {
      if (one.secret !== other.secret) return false
      return one.value === other.value || (one.secret && this.#holdSame(table, key, [one, other]))
    })
  }

  #holdSame(table: EnvVersionTable, key: string, [one, other]: [EnvEntry, EnvEntry]): boolean {
    try {
      return this.#plain(table, key, one) === this.#plain(table, key, other)
    } catch {
      return false
    }
  }

  #opened(table: EnvVersionTable, key: string, entry: EnvEntry): OpenedVariable {
    return { secret: entry.secret, value: this.#plain(table, key, entry) }
  }

  #plain(table: EnvVersionTable, key: string, { secret, value }: EnvEntry): string {
    if (!secret) return value
    try {
      return this.#keyRing.open(value, table.binding(key))
    } catch (cause) {
      if (!(cause instanceof KeyRingError)) throw cause
      throw envErrors.env_secret_unreadable({ key, owner: table.owner }, { cause })
    }
  }

  #sealOf(table: EnvVersionTable): EnvSeal {
    return {
      seal: (key, value) => this.#keyRing.seal(value, table.binding(key)),
      open: (key, entry) => this.#plain(table, key, entry),
    }
  }
}

function refuseStale(record: EnvVersionRecord | undefined, baseVersion: number | undefined): void {
  const current = record?.version ?? 0
  if (baseVersion === undefined || baseVersion === current) return
  throw envErrors.env_changed_meanwhile({ current, author: record?.author ?? 'nobody', base: baseVersion })
}

/** Follows the whole chain and says the first place at which it does not hold. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { KeyRing } from '@seaworthy/kit'
import {
  type ChainBreak,
  type ChainHead,
  type ChainLink,
  EMPTY_CHAIN,
  verifyChain,
} from '@seaworthy/kit/hash-chain'
import type { Queryable, Store } from '../store/database.ts'
import type { AuditEntryRow } from '../store/schema.ts'
import { chainedPart } from './audit-entry.ts'
import { AUDIT_HEAD_KEY, openHead, type StoredHead } from './audit-head.ts'
import { HEAD_LOST } from './audit-log.ts'

export type AuditBreak =
  | ChainBreak
  /** There are entries, but what the platform keeps to know their end is gone or was not made with its key. */
  | { why: 'head-lost'; sequence: number }

export type AuditVerdict =
  | { intact: true; head: ChainHead }
  | { intact: false; checked: number; break: AuditBreak; entry: AuditEntryRow | undefined }

export interface VerifyOptions {
  /** A head that somebody wrote down earlier: the log must still have this entry. */
  known?: ChainHead | undefined
  onProgress?: ((checked: number) => void) | undefined
  signal?: AbortSignal | undefined
}

const ENTRIES_AT_ONCE = 500

export class AuditVerifier {
  readonly #store: Store
  readonly #keyRing: KeyRing

  constructor({ store, keyRing }: { store: Store; keyRing: KeyRing }) {
    this.#store = store
    this.#keyRing = keyRing
  }

  /** Entries that are added meanwhile are followed too. Other work goes on between 500 entries. */
  async verify(options: VerifyOptions = {}): Promise<AuditVerdict> {
    const watch = new ChainWatch(options)
    let reached = EMPTY_CHAIN
    for (;;) {
      const { stored, last } = await this.#ends()
      if (stored.state !== 'kept') return this.#withoutHead(stored, last)
      const links = watch.over(this.#links(reached, last))
      const verdict = await verifyChain(links, { head: stored.head, after: reached })
      if (!verdict.intact) return this.#broken(verdict.break, watch.checked)
      if (watch.found) return this.#broken(watch.found, watch.checked)
      if (verdict.head.count === reached.count) return this.#ended(reached, options.known)
      reached = verdict.head
    }
  }

  /** The kept head and the last entry, as they are at one moment. */
  async #ends(): Promise<{ stored: StoredHead; last: number }> {
    const row = await this.#store.db
      .selectNoFrom(eb => [
        eb.selectFrom('platform_settings').select('value_json').where('key', '=', AUDIT_HEAD_KEY).as('head'),
        eb
          .selectFrom('audit_entries')
          .select(max => max.fn.max('sequence').as('last'))
          .as('last'),
      ])
      .executeTakeFirstOrThrow()
    const stored: StoredHead = row.head === null ? { state: 'none' } : openHead(row.head, this.#keyRing)
    return { stored, last: row.last ?? 0 }
  }

  async *#links(after: ChainHead, last: number): AsyncGenerator<AuditEntryRow & ChainLink> {
    for (let from = after.count; from < last; ) {
      const rows = await entriesAfter(this.#store.db, from)
      const upToLast = rows.filter(row => row.sequence <= last)
      yield* upToLast.map(linkOf)
      if (upToLast.length < ENTRIES_AT_ONCE) return
      from = upToLast.at(-1)!.sequence
      await nextTurn()
    }
  }

  async #withoutHead({ state }: StoredHead, last: number): Promise<AuditVerdict> {
    if (state === 'none' && last === 0) return { intact: true, head: EMPTY_CHAIN }
    return this.#broken({ why: 'head-lost', sequence: last }, 0)
  }

  async #ended(head: ChainHead, known: ChainHead | undefined): Promise<AuditVerdict> {
    if (known && known.count > head.count)
      return this.#broken({ why: 'missing', sequence: head.count + 1 }, head.count)
    return { intact: true, head }
  }

  async #broken(found: AuditBreak, checked: number): Promise<AuditVerdict> {
    const entry = await this.#store.db
      .selectFrom('audit_entries')
      .selectAll()
      .where('sequence', '=', 'foundAt' in found ? found.foundAt : found.sequence)
      .executeTakeFirst()
    return { intact: false, checked, break: found, entry }
  }
}

/** Looks at the links that pass by. */
class ChainWatch {
  checked = 0
  found: AuditBreak | undefined
  readonly #options: VerifyOptions

  constructor(options: VerifyOptions) {
    this.#options = options
  }

  async *over(links: AsyncIterable<AuditEntryRow & ChainLink>): AsyncGenerator<ChainLink> {
    const { onProgress, signal } = this.#options
    for await (const link of links) {
      signal?.throwIfAborted()
      this.checked += 1
      this.#look(link)
      if (this.checked % ENTRIES_AT_ONCE === 0) onProgress?.(this.checked)
      yield link
    }
  }

  #look({ sequence, action, hash }: AuditEntryRow): void {
    const { known } = this.#options
    if (action === HEAD_LOST) this.found ??= { why: 'head-lost', sequence }
    if (known?.count === sequence && known.hash !== hash) this.found ??= { why: 'rewritten', sequence }
  }
}

function linkOf(row: AuditEntryRow): AuditEntryRow & ChainLink {
  return { ...row, entry: chainedPart(row), previousHash: row.previous_hash }
}

/** The next 500 at most, in order. */
function entriesAfter(db: Queryable, sequence: number): Promise<AuditEntryRow[]> {
  return db
    .selectFrom('audit_entries')
    .selectAll()
    .where('sequence', '>', sequence)
    .orderBy('sequence')
    .limit(ENTRIES_AT_ONCE)
    .execute()
}

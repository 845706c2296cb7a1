import type { KeyRing } from '@seaworthy/kit'
import { type ChainHead, EMPTY_CHAIN, nextHash } from '@seaworthy/kit/hash-chain'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Queryable, Store } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import { type AuditContent, auditContent, type NewAuditEntry } from './audit-entry.ts'
import { headOfEntries, readHead, writeHead } from './audit-head.ts'

/** The action of an entry that tells that the head before it was gone: `verify` reports it. */
export const HEAD_LOST = 'audit:head-lost'

/** Who did what to what, from where and when. Entries are only ever added, each chained to the one before it. */
export class AuditLog {
  readonly #store: Store
  readonly #keyRing: KeyRing
  readonly #clock: Pick<Clock, 'now'>

  constructor({
    store,
    keyRing,
    clock = systemClock,
  }: { store: Store; keyRing: KeyRing; clock?: Pick<Clock, 'now'> }) {
    this.#store = store
    this.#keyRing = keyRing
    this.#clock = clock
  }

  /**
   * Adds an entry; with `trx`, as a part of that change: both or neither. Appends go one at a time, across processes
   * too, so give it last within a transaction.
   */
  append(entry: NewAuditEntry, trx?: Queryable): Promise<void> {
    return trx ? this.#append(entry, trx) : this.#store.transaction(own => this.#append(entry, own))
  }

  async #append(entry: NewAuditEntry, trx: Queryable): Promise<void> {
    await this.#store.lock(trx, 'audit')
    let head = await this.#head(trx)
    head = await this.#insert(trx, head, auditContent(entry, this.#idAndTime()))
    await writeHead(trx, this.#keyRing, { head, now: this.#clock.now() })
  }

  /**
   * A head that is gone, or behind the entries, is no reason to stop the platform. It is never passed over either: the
   * log tells of it for ever. A head that is ahead of the entries (their end was cut off) leaves a gap that shows.
   */
  async #head(trx: Queryable): Promise<ChainHead> {
    const stored = await readHead(trx, this.#keyRing)
    const told = await headOfEntries(trx)
    if (stored.state === 'kept' && told.count <= stored.head.count) return stored.head
    if (stored.state === 'none' && told.count === 0) return EMPTY_CHAIN
    const facts = { head: stored.state === 'kept' ? 'behind the entries' : stored.state }
    const lost = { actor: { kind: 'platform' as const }, action: HEAD_LOST, after: facts }
    return this.#insert(trx, told, auditContent(lost, this.#idAndTime()))
  }

  async #insert(trx: Queryable, head: ChainHead, content: AuditContent): Promise<ChainHead> {
    const sequence = head.count + 1
    const hash = nextHash(head, { ...content })
    await trx
      .insertInto('audit_entries')
      .values({ sequence, ...content, previous_hash: head.hash, hash })
      .execute()
    return { count: sequence, hash }
  }

  #idAndTime(): { id: string; at: number } {
    return { id: newId('aud'), at: this.#clock.now() }
  }
}

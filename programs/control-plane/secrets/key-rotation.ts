import { setTimeout as sleep } from 'node:timers/promises'
import {
  addToKeyFile,
  createMasterKey,
  type KeyRing,
  type Logger,
  loadKeyFile,
  removeFromKeyFile,
} from '@seaworthy/kit'
import type { Job } from '../jobs/job-attempt.ts'
import type { JobLedger } from '../jobs/job-ledger.ts'
import type { Store } from '../store/database.ts'
import type { JobRow } from '../store/schema.ts'
import { addKeyChecks, removeKeyChecks } from './key-checks.ts'
import { countSeals, resealPlace } from './reseal-place.ts'
import { type SealedPlace, sealedPlaces } from './sealed-places.ts'
import { findSealedTexts } from './sealed-search.ts'

export const ROTATION_JOB = 'rotate-keys'

/** What was sealed with the old key just before it was replaced is written by then. */
const SETTLE_MS = 5_000
const DEADLINE_MS = 6 * 3_600_000
const MAX_ATTEMPTS = 20

export interface KeyRotationOptions {
  store: Store
  keyRing: KeyRing
  /** The key file. */
  path: string
  jobs: JobLedger
  places?: readonly SealedPlace[]
  settleMs?: number
  log: Logger
}

export interface KeyUse {
  id: string
  primary: boolean
  /** How many stored secrets it has sealed. */
  sealed: number
}

/**
 * Replaces the master key while everything runs: a new key in the file → in use for what is sealed from now on → what
 * is stored is sealed anew → the old keys leave the file. Killed anywhere, the job goes on after the next start, because
 * each part looks at what is there: until the last one every key that seals anything is in the file.
 */
export class KeyRotation {
  readonly #options: Required<KeyRotationOptions>

  constructor(options: KeyRotationOptions) {
    this.#options = { places: sealedPlaces, settleMs: SETTLE_MS, ...options }
  }

  /** Queues a rotation; one that is under way already is returned instead. */
  request(): Promise<JobRow> {
    return this.#options.jobs.enqueue({
      kind: ROTATION_JOB,
      payload: {},
      queueKey: ROTATION_JOB,
      dedupeKey: ROTATION_JOB,
      maxAttempts: MAX_ATTEMPTS,
      deadlineMs: DEADLINE_MS,
    })
  }

  /** The newest rotation, as long as its job is kept. */
  async last(): Promise<JobRow | undefined> {
    return (await this.#options.jobs.list({ kind: ROTATION_JOB, limit: 1 })).items[0]
  }

  /** The keys of the file with their use, the primary first; also a key that is needed and in no file any more. */
  async keys(): Promise<KeyUse[]> {
    const { store, places, keyRing, path } = this.#options
    const counts = new Map<string, number>()
    for (const { id } of (await loadKeyFile(path))?.keys ?? []) counts.set(id, 0)
    for (const place of places) {
      for (const [id, count] of await countSeals(store.db, place))
        counts.set(id, (counts.get(id) ?? 0) + count)
    }
    return [...counts]
      .map(([id, sealed]) => ({ id, primary: id === keyRing.primary, sealed }))
      .toSorted((a, b) => Number(b.primary) - Number(a.primary))
  }

  /** The handler of the job. */
  async handle(job: Pick<Job, 'step' | 'signal'>): Promise<void> {
    const newId = await job.step('choose', async () => createMasterKey().id)
    await this.#useKey(newId)
    const since = await job.step('in use', async () => Date.now())
    await this.#resealAll(since + this.#options.settleMs, job.signal)
    await this.#retireOthers(newId)
  }

  async #useKey(id: string): Promise<void> {
    const { store, path, keyRing, log } = this.#options
    const options = await addToKeyFile(path, { ...createMasterKey(), id })
    // Before anything is sealed with it: from then on no start may do without it.
    await addKeyChecks(store, options)
    keyRing.use(options)
    log.info({ keyId: keyRing.primary }, 'a new master key seals from now on')
  }

  /** Until a pass that began after `settledAt` (milliseconds since 1970) found nothing more to do. */
  async #resealAll(settledAt: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      const begunAt = Date.now()
      const resealed = await this.#resealOnce(signal)
      if (resealed === 0 && begunAt >= settledAt) return
      if (resealed === 0) await sleep(Math.max(0, settledAt - Date.now()), undefined, { signal })
    }
  }

  async #resealOnce(signal: AbortSignal): Promise<number> {
    const { store, keyRing, places, log } = this.#options
    let total = 0
    for (const place of places) {
      const { resealed, unreadable } = await resealPlace({ db: store.db, keyRing, place, signal })
      total += resealed
      if (unreadable.length > 0)
        log.warn(
          { place: place.name, rows: unreadable.slice(0, 20) },
          'sealed secrets do not open and stay as they are',
        )
    }
    return total
  }

  /** A key that something is still sealed with stays: a secret that is damaged, or a place that nobody listed. */
  async #retireOthers(newId: string): Promise<void> {
    const { store, path, log } = this.#options
    const others = (await loadKeyFile(path))!.keys.map(({ id }) => id).filter(id => id !== newId)
    await removeKeyChecks(store, others)
    const unused: string[] = []
    for (const id of others) {
      const uses = await findSealedTexts(store, id)
      if (uses.length === 0) unused.push(id)
      else
        log.warn(
          { keyId: id, columns: uses.map(use => `${use.table}.${use.column}`) },
          'an old master key is still needed',
        )
    }
    const left = await removeFromKeyFile(path, unused)
    await addKeyChecks(store, left)
    log.info({ retired: unused }, 'master key rotated')
  }
}

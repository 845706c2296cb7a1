import type { CachePurge } from '@seaworthy/routes'
import type { CacheReport } from './cache-messages.ts'

interface Purge {
  /** Workers that have not answered. */
  open: Set<number>
  purged: number
  resolve(result: { purged: number }): void
}

/** Purges over all workers of the edge: each is done when every worker has forgotten. Lives in the main thread. */
export class CachePurges {
  readonly #underway = new Map<number, Purge>()
  #lastId = 0

  /**
   * @param send tells the workers, and returns which of them run; one that starts later has nothing stored
   * @returns resolves once all of them have answered, with how many answers were forgotten
   */
  purge(
    selector: CachePurge,
    send: (command: { kind: 'purge-cache'; id: number; selector: CachePurge }) => number[],
  ): Promise<{ purged: number }> {
    return new Promise(resolve => {
      const id = ++this.#lastId
      const purge: Purge = { open: new Set(), purged: 0, resolve }
      this.#underway.set(id, purge)
      purge.open = new Set(send({ kind: 'purge-cache', id, selector }))
      this.#settle(id, purge)
    })
  }

  onPurged(worker: number, { id, purged }: Extract<CacheReport, { kind: 'cache-purged' }>): void {
    const purge = this.#underway.get(id)
    if (!purge) return
    purge.purged += purged
    purge.open.delete(worker)
    this.#settle(id, purge)
  }

  /** What it stored is gone with it. */
  onWorkerLost(worker: number): void {
    for (const [id, purge] of this.#underway) {
      purge.open.delete(worker)
      this.#settle(id, purge)
    }
  }

  #settle(id: number, purge: Purge): void {
    if (purge.open.size > 0) return
    this.#underway.delete(id)
    purge.resolve({ purged: purge.purged })
  }
}

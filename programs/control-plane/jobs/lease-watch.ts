/** A lease as a watcher sees it. */
export interface SeenLease {
  id: string
  attempts: number
  lease_owner: string | null
  /** Moves with each heartbeat. */
  lease_until: number | null
}

/**
 * Finds leases whose worker is gone: those that did not move for a whole lease time, by this process's own
 * monotonic clock. Wall clocks are not compared, so that neither a jump of the clock nor a difference between
 * hosts ends a living worker's lease, or keeps a dead one's for ever.
 */
export class LeaseWatch {
  readonly #leaseMs: number
  readonly #seen = new Map<string, { stamp: string; sinceMs: number }>()

  constructor({ leaseMs }: { leaseMs: number }) {
    this.#leaseMs = leaseMs
  }

  /** Those of `leases` (all that are held now) which stood still for too long. */
  expired<Lease extends SeenLease>(leases: readonly Lease[], monotonicMs: number): Lease[] {
    const held = new Set(leases.map(({ id }) => id))
    for (const id of this.#seen.keys()) if (!held.has(id)) this.#seen.delete(id)
    return leases.filter(lease => this.#stoodStill(lease, monotonicMs))
  }

  #stoodStill({ id, attempts, lease_owner, lease_until }: SeenLease, monotonicMs: number): boolean {
    const stamp = `${attempts} ${lease_owner} ${lease_until}`
    const seen = this.#seen.get(id)
    if (seen?.stamp !== stamp) {
      this.#seen.set(id, { stamp, sinceMs: monotonicMs })
      return false
    }
    return monotonicMs - seen.sinceMs > this.#leaseMs
  }
}

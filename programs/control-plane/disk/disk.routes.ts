import type { Implementations } from '../http/endpoint-implementation.ts'
import type { DiskLedger } from './disk-ledger.ts'
import { NEVER_RECLAIMED } from './reclaim-plan.ts'

export interface DiskRoutesOptions {
  disk: Pick<DiskLedger, 'report' | 'planReclaim' | 'measure'>
  /** Removes all that nothing refers to any more: what goes each hour, and what builds left. */
  sweep: () => Promise<void>
}

export function diskRoutes({ disk, sweep }: DiskRoutesOptions): Implementations {
  const plan = async () => (await disk.planReclaim()).map(({ appId: _, ...item }) => item)
  return {
    'disk.get': { answer: () => disk.report() },
    'disk.reclaim': {
      async answer({ body, audit }) {
        const before = await plan()
        if (!body.apply) {
          audit.skip()
          return { items: before, never: [...NEVER_RECLAIMED], applied: false }
        }
        await sweep()
        const left = new Set((await plan()).map(({ name }) => name))
        await disk.measure()
        const items = before.filter(({ name }) => !left.has(name))
        audit({ after: { removed: items.length, bytes: items.reduce((sum, { bytes }) => sum + bytes, 0) } })
        return { items, never: [...NEVER_RECLAIMED], applied: true }
      },
    },
  }
}

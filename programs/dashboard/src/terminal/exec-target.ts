/** Where a terminal goes, by what the page's address says and by what runs. Pure. */
import type { Instance } from '../api/queries.ts'
import type { ExecTarget } from './exec-session.ts'

/** Stands for an instance of its own. */
export const FRESH = 'fresh'

const GONE: ReadonlySet<Instance['state']> = new Set(['stopped', 'crashed'])

export function isRunning({ state }: Pick<Instance, 'state'>): boolean {
  return !GONE.has(state)
}

/** An instance that is gone is no choice any more; where nothing runs, only a fresh one is. */
export function targetOf(
  slug: string,
  chosen: string | undefined,
  running: readonly Pick<Instance, 'id'>[],
): ExecTarget {
  if (chosen === FRESH || running.length === 0) return { slug, fresh: true }
  return running.some(({ id }) => id === chosen) ? { slug, instance: chosen! } : { slug }
}

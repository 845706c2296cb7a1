/** Which apps to show, in which order, and what they amount to. Pure, so that tests can try every case. */
import type { App } from '../api/queries.ts'

export const FILTERS = ['all', 'attention', 'moving', 'active', 'asleep'] as const
export const SORTS = ['name', 'deployed', 'requested'] as const
export type AppFilter = (typeof FILTERS)[number]
export type AppSort = (typeof SORTS)[number]

type Listed = Pick<App, 'slug' | 'name' | 'state' | 'lastDeployment' | 'lastRequestAt'>

export interface AppListChoice {
  search: string
  show: AppFilter
  sort: AppSort
}

/** Somebody should look: its newest code did not go live, or it is kept from running. */
export function needsAttention({ state, lastDeployment }: Listed): boolean {
  return state === 'suspended' || lastDeployment?.state === 'failed'
}

export function isMoving({ lastDeployment }: Listed): boolean {
  return lastDeployment !== null && lastDeployment.finishedAt === null
}

const FITS: Record<AppFilter, (app: Listed) => boolean> = {
  all: () => true,
  attention: needsAttention,
  moving: isMoving,
  active: app => app.state === 'active',
  asleep: app => app.state === 'asleep',
}

const ORDER: Record<AppSort, (a: Listed, b: Listed) => number> = {
  name: (a, b) => a.name.localeCompare(b.name) || a.slug.localeCompare(b.slug),
  deployed: (a, b) => newest(a.lastDeployment?.createdAt, b.lastDeployment?.createdAt),
  requested: (a, b) => newest(a.lastRequestAt, b.lastRequestAt),
}

export function chooseApps<Each extends Listed>(apps: readonly Each[], choice: AppListChoice): Each[] {
  const wanted = choice.search.trim().toLowerCase()
  const found = apps.filter(app => `${app.name}\n${app.slug}`.toLowerCase().includes(wanted))
  return found.filter(FITS[choice.show]).sort(ORDER[choice.sort])
}

export function summarize(apps: readonly Listed[]): { total: number; attention: number; moving: number } {
  return {
    total: apps.length,
    attention: apps.filter(needsAttention).length,
    moving: apps.filter(isMoving).length,
  }
}

/** Those without a time come last. ISO 8601 times sort as text. */
function newest(a: string | null | undefined, b: string | null | undefined): number {
  return (b ?? '').localeCompare(a ?? '')
}

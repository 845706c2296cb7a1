/** Which apps to show, in which order, and what they amount to. Pure, so that tests can try every case. */
import type { App } from '../api/queries.ts'
import type { AppFigures } from '../api/sight-queries.ts'

export const FILTERS = ['all', 'attention', 'moving', 'errors', 'active', 'asleep', 'stopped'] as const
export const SORTS = [
  'attention',
  'name',
  'deployed',
  'requested',
  'traffic',
  'p95',
  'errors',
  'memory',
] as const
export type AppFilter = (typeof FILTERS)[number]
export type AppSort = (typeof SORTS)[number]

type Listed = Pick<App, 'slug' | 'name' | 'state' | 'tags' | 'lastDeployment' | 'lastRequestAt'>

/** What is known of each app right now, by its slug. */
export type FiguresBySlug = ReadonlyMap<string, AppFigures>

const NOTHING_KNOWN: FiguresBySlug = new Map()
/** From here on failures are no longer chance. */
const MANY_ERRORS = 0.05
const NEAR_LIMIT = 0.9

export interface AppListChoice {
  search: string
  show: AppFilter
  sort: AppSort
  /** Any when missing. */
  tag?: string | undefined
}

/** Somebody should look: its newest code did not go live, it is kept from running, or many of its answers fail. */
export function needsAttention({ state, lastDeployment }: Listed, figures?: AppFigures): boolean {
  return state === 'suspended' || lastDeployment?.state === 'failed' || isFailing(figures)
}

/** Many of the answers of the last minutes were errors. */
export function isFailing(figures: AppFigures | undefined): boolean {
  return (figures?.errorRate ?? 0) >= MANY_ERRORS
}

export function isNearLimit(figures: AppFigures): boolean {
  return memoryPart(figures) >= NEAR_LIMIT
}

/** 0 to 1, and above 1 for a moment where the limit is about to strike. */
export function memoryPart({ memoryBytes, memoryLimitBytes }: AppFigures): number {
  return memoryBytes === null || !memoryLimitBytes ? 0 : memoryBytes / memoryLimitBytes
}

export function isMoving({ lastDeployment }: Listed): boolean {
  return lastDeployment !== null && lastDeployment.finishedAt === null
}

type Fits = (app: Listed, figures: AppFigures | undefined) => boolean

const FITS: Record<AppFilter, Fits> = {
  all: () => true,
  attention: needsAttention,
  moving: isMoving,
  errors: (_, figures) => (figures?.errorRate ?? 0) > 0,
  active: app => app.state === 'active',
  asleep: app => app.state === 'asleep',
  stopped: app => app.state === 'stopped',
}

type Order = (a: Listed, b: Listed, figures: FiguresBySlug) => number

/** Made once: to ask a string for its order makes one at each comparison. */
const letters = new Intl.Collator()

const byName: Order = (a, b) => letters.compare(a.name, b.name) || letters.compare(a.slug, b.slug)

/** The most first; apps of which nothing is known come last, by their names. */
function most(of: (figures: AppFigures) => number | null): Order {
  return (a, b, figures) => {
    const [first, second] = [a, b].map(({ slug }) => {
      const known = figures.get(slug)
      return (known && of(known)) ?? -1
    })
    return second! - first! || byName(a, b, figures)
  }
}

/** What fails now, then what needs somebody, then the rest by name. */
const byNeed: Order = (a, b, figures) => needOf(b, figures) - needOf(a, figures) || byName(a, b, figures)

function needOf(app: Listed, figures: FiguresBySlug): number {
  const known = figures.get(app.slug)
  return isFailing(known) ? 2 : Number(needsAttention(app, known))
}

const ORDER: Record<AppSort, Order> = {
  attention: byNeed,
  name: byName,
  deployed: (a, b) => newest(a.lastDeployment?.createdAt, b.lastDeployment?.createdAt),
  requested: (a, b) => newest(a.lastRequestAt, b.lastRequestAt),
  traffic: most(({ requestsPerMinute }) => requestsPerMinute),
  p95: most(({ p95Ms }) => p95Ms),
  errors: most(({ errorRate }) => errorRate),
  memory: most(memoryPart),
}

export function chooseApps<Each extends Listed>(
  apps: readonly Each[],
  choice: AppListChoice,
  figures = NOTHING_KNOWN,
): Each[] {
  const wanted = choice.search.trim().toLowerCase()
  const found = apps
    .filter(app => `${app.name}\n${app.slug}\n${app.tags.join('\n')}`.toLowerCase().includes(wanted))
    .filter(({ tags }) => choice.tag === undefined || tags.includes(choice.tag))
  const order = ORDER[choice.sort]
  return found
    .filter(app => FITS[choice.show](app, figures.get(app.slug)))
    .sort((a, b) => order(a, b, figures))
}

/** All tags of these apps, in order. */
export function tagsOf(apps: readonly Pick<App, 'tags'>[]): string[] {
  return [...new Set(apps.flatMap(({ tags }) => tags))].sort()
}

export function summarize(
  apps: readonly Listed[],
  figures = NOTHING_KNOWN,
): { total: number; attention: number; moving: number; requestsPerMinute: number } {
  const known = apps.flatMap(({ slug }) => figures.get(slug) ?? [])
  return {
    total: apps.length,
    attention: apps.filter(app => needsAttention(app, figures.get(app.slug))).length,
    moving: apps.filter(isMoving).length,
    requestsPerMinute: known.reduce((sum, { requestsPerMinute }) => sum + requestsPerMinute, 0),
  }
}

/** Those without a time come last. ISO 8601 times sort as text. */
function newest(a: string | null | undefined, b: string | null | undefined): number {
  return (b ?? '').localeCompare(a ?? '')
}

/** What somebody might do about an app, said from what is known of it. Pure. */
import type { App } from '../api/queries.ts'
import type { AppFigures, Change, Figures } from '../api/sight-queries.ts'
import { percent } from '../text/amounts.ts'
import { sightWords } from '../words/en/sight.ts'
import { totals } from './app-charts-model.ts'

const words = sightWords.suggestions

export interface Suggestion {
  id: string
  text: string
  /** Where to see to it. */
  to:
    | '/apps/$slug/requests'
    | '/apps/$slug/settings'
    | '/apps/$slug/settings/traffic'
    | '/apps/$slug/domains'
    | '/apps/$slug/logs'
    | '/apps/$slug/deployments'
  search?: Record<string, string>
  link: string
}

export interface KnownOfApp {
  app: Pick<App, 'lastDeployment' | 'currentRelease'>
  now: AppFigures | undefined
  figures: Figures | undefined
  changes: readonly Change[]
  /** Hosts that are claimed; undefined while it is not known. */
  domains: number | undefined
}

const MANY_ERRORS = 0.02
const FEW_REQUESTS = 20
const NEAR_LIMIT = 0.85
const SLOW_MS = 1_000
const SLOW_EVERYWHERE = 0.3

/** The most urgent first; at most four, since more would be read by nobody. */
export function suggestions(known: KnownOfApp): Suggestion[] {
  return RULES.flatMap(rule => rule(known) ?? []).slice(0, 4)
}

type Rule = (known: KnownOfApp) => Suggestion | undefined

const outOfMemory: Rule = ({ changes }) => {
  const count = changes.filter(({ kind }) => kind === 'out-of-memory').length
  if (count === 0) return undefined
  return { id: 'oom', text: words.outOfMemory(count), to: '/apps/$slug/settings', link: words.toSettings }
}

const failing: Rule = ({ figures }) => {
  const { requests, errorRate } = figures ? totals(figures) : { requests: 0, errorRate: 0 }
  if (requests < FEW_REQUESTS || errorRate === null || errorRate < MANY_ERRORS) return undefined
  return {
    id: 'failing',
    text: words.failing(percent(errorRate)),
    to: '/apps/$slug/requests',
    search: { status: '5xx' },
    link: words.toFailures,
  }
}

const nearLimit: Rule = ({ now }) => {
  if (!now?.memoryBytes || !now.memoryLimitBytes) return undefined
  const part = now.memoryBytes / now.memoryLimitBytes
  if (part < NEAR_LIMIT) return undefined
  return {
    id: 'memory',
    text: words.nearLimit(percent(part)),
    to: '/apps/$slug/settings',
    link: words.toSettings,
  }
}

const crashes: Rule = ({ changes }) => {
  const count = changes.filter(({ kind }) => kind === 'crash').length
  if (count === 0) return undefined
  return { id: 'crashes', text: words.crashes(count), to: '/apps/$slug/logs', link: words.toLogs }
}

const slow: Rule = ({ figures }) => {
  const known = figures?.p95Ms.filter(ms => ms !== null) ?? []
  const slowOnes = known.filter(ms => ms > SLOW_MS)
  if (known.length < 3 || slowOnes.length / known.length < SLOW_EVERYWHERE) return undefined
  return {
    id: 'slow',
    text: words.slow,
    to: '/apps/$slug/requests',
    search: { slow: String(SLOW_MS) },
    link: words.toSlow,
  }
}

const noDomain: Rule = ({ app, domains }) => {
  if (domains !== 0 || !app.currentRelease) return undefined
  return { id: 'domain', text: words.noDomain, to: '/apps/$slug/domains', link: words.toDomains }
}

const RULES: readonly Rule[] = [outOfMemory, failing, nearLimit, crashes, slow, noDomain]

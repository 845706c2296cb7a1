/** Questions about what the edge saw and does: figures, requests, visits, changes, traffic settings, domains. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client, type DataOf } from './client.ts'

export type AppFigures = DataOf<'figures.apps'>[number]
export type Figures = DataOf<'figures.app'>
export type SeenRequest = DataOf<'requests.query'>['requests'][number]
export type Visits = DataOf<'visits.get'>
export type Change = DataOf<'timeline.get'>['entries'][number]
export type Traffic = DataOf<'traffic.get'>
export type HeaderCheck = DataOf<'traffic.headers'>
export type AppLimits = DataOf<'limits.get'>
export type Domain = DataOf<'domains.get'>

/** How much time a chart is about. */
export const SPANS = ['hour', 'day', 'week'] as const
export type Span = (typeof SPANS)[number]

const SPAN_MS: Record<Span, number> = { hour: 3_600_000, day: 86_400_000, week: 7 * 86_400_000 }
/** The edge is asked for its counts every ten seconds. */
const FIGURES_MS = 10_000
const CALM_MS = 15_000
const SOON_MS = 1_500

const inApp = (slug: string, ...rest: unknown[]) => ['app', slug, ...rest] as const

export const sightKeys = {
  traffic: (slug: string) => inApp(slug, 'traffic'),
  domains: (slug: string) => inApp(slug, 'domains'),
}

export const sightQueries = {
  allFigures: () =>
    queryOptions({
      queryKey: ['figures'],
      queryFn: async ({ signal }) =>
        new Map((await client.call('figures.apps', { signal })).map(each => [each.slug, each])),
      refetchInterval: FIGURES_MS,
      staleTime: FIGURES_MS / 2,
    }),

  figures: (slug: string, span: Span) =>
    queryOptions({
      queryKey: inApp(slug, 'figures', span),
      queryFn: ({ signal }) =>
        client.call('figures.app', { params: { slug }, query: { from: startOf(span) }, signal }),
      refetchInterval: span === 'hour' ? FIGURES_MS : 60_000,
      placeholderData: keepPreviousData,
    }),

  changes: (slug: string, span: Span) =>
    queryOptions({
      queryKey: inApp(slug, 'changes', span),
      queryFn: ({ signal }) =>
        client.call('timeline.get', { params: { slug }, query: { from: startOf(span) }, signal }),
      refetchInterval: CALM_MS,
      placeholderData: keepPreviousData,
    }),

  requests: (slug: string, query: RequestFilter & { since?: string; until?: string }) =>
    queryOptions({
      queryKey: inApp(slug, 'requests', query),
      queryFn: ({ signal }) =>
        client.call('requests.query', { params: { slug }, query: { ...query, limit: 1_000 }, signal }),
      placeholderData: keepPreviousData,
      throwOnError: false,
    }),

  visits: (slug: string, days: number) =>
    queryOptions({
      queryKey: inApp(slug, 'visits', days),
      queryFn: ({ signal }) => {
        const from = new Date(Date.now() - days * 86_400_000).toISOString()
        return client.call('visits.get', { params: { slug }, query: { from }, signal })
      },
      refetchInterval: 30_000,
      placeholderData: keepPreviousData,
    }),

  observation: (slug: string) =>
    queryOptions({
      queryKey: inApp(slug, 'observation'),
      queryFn: ({ signal }) => client.call('observation.get', { params: { slug }, signal }),
    }),

  limits: (slug: string) =>
    queryOptions({
      queryKey: inApp(slug, 'limits'),
      queryFn: ({ signal }) => client.call('limits.get', { params: { slug }, signal }),
      refetchInterval: CALM_MS,
    }),

  ends: (slug: string) =>
    queryOptions({
      queryKey: inApp(slug, 'ends'),
      queryFn: ({ signal }) => client.call('instances.ends', { params: { slug }, signal }),
      refetchInterval: CALM_MS,
    }),

  traffic: (slug: string) =>
    queryOptions({
      queryKey: sightKeys.traffic(slug),
      queryFn: ({ signal }) => client.call('traffic.get', { params: { slug }, signal }),
    }),

  headers: (slug: string, path: string) =>
    queryOptions({
      queryKey: inApp(slug, 'traffic', 'headers', path),
      queryFn: ({ signal }) => client.call('traffic.headers', { params: { slug }, query: { path }, signal }),
      throwOnError: false,
    }),

  domains: (slug: string) =>
    queryOptions({
      queryKey: sightKeys.domains(slug),
      queryFn: ({ signal }) => client.call('domains.list', { params: { slug }, signal }),
      refetchInterval: ({ state }) =>
        state.data?.some(domain => domain.state === 'working') ? SOON_MS : CALM_MS,
    }),
}

export interface RequestFilter {
  status?: string
  method?: string
  path?: string
  slowMs?: number
  ip?: string
}

function startOf(span: Span): string {
  return new Date(Date.now() - SPAN_MS[span]).toISOString()
}

/** Every question to the API, in one place: its key says what it depends on, so that a change can refresh it. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client, type DataOf } from './client.ts'

export type App = DataOf<'apps.get'>
export type Deployment = DataOf<'deployments.get'>
export type Release = DataOf<'releases.get'>
export type Instance = DataOf<'instances.list'>[number]
interface LogFilter {
  grep?: string
  process?: string
  instance?: string
  level?: 'warn' | 'error'
}
export type Identity = DataOf<'session.get'>

/** While something is on its way, and else. */
const SOON_MS = 2_000
const CALM_MS = 8_000

const inApp = (slug: string, ...rest: unknown[]) => ['app', slug, ...rest] as const

export const queries = {
  setup: () =>
    queryOptions({ queryKey: ['setup'], queryFn: ({ signal }) => client.call('setup.get', { signal }) }),

  session: () =>
    queryOptions({
      queryKey: ['session'],
      queryFn: ({ signal }) => client.call('session.get', { signal }),
      staleTime: 60_000,
    }),

  account: () =>
    queryOptions({
      queryKey: ['account'],
      queryFn: ({ signal }) => client.call('account.get', { signal }),
      staleTime: 60_000,
    }),

  status: () =>
    queryOptions({
      queryKey: ['status'],
      queryFn: ({ signal }) => client.call('status.get', { signal }),
      refetchInterval: CALM_MS,
    }),

  /** All apps one may see: one list, which the page searches and sorts itself. */
  apps: () =>
    queryOptions({
      queryKey: ['apps'],
      queryFn: async ({ signal }) => {
        const apps: App[] = []
        for await (const app of client.all('apps.list', { query: { sort: 'slug', order: 'asc' }, signal }))
          apps.push(app)
        return apps
      },
      refetchInterval: ({ state }) => (state.data?.some(isMoving) ? SOON_MS : CALM_MS),
    }),

  app: (slug: string) =>
    queryOptions({
      queryKey: inApp(slug),
      queryFn: ({ signal }) => client.call('apps.get', { params: { slug }, signal }),
      refetchInterval: ({ state }) => (state.data && isMoving(state.data) ? SOON_MS : CALM_MS),
    }),

  deployments: (slug: string) =>
    infiniteQueryOptions({
      queryKey: inApp(slug, 'deployments'),
      queryFn: ({ pageParam, signal }) =>
        client.page('deployments.list', { params: { slug }, query: { page: pageParam, limit: 25 }, signal }),
      initialPageParam: 1,
      getNextPageParam: ({ pagination }) => (pagination.hasNext ? pagination.page + 1 : undefined),
    }),

  deployment: (slug: string, number: number) =>
    queryOptions({
      queryKey: inApp(slug, 'deployments', number),
      queryFn: ({ signal }) => client.call('deployments.get', { params: { slug, number }, signal }),
    }),

  releases: (slug: string) =>
    infiniteQueryOptions({
      queryKey: inApp(slug, 'releases'),
      queryFn: ({ pageParam, signal }) =>
        client.page('releases.list', { params: { slug }, query: { page: pageParam, limit: 25 }, signal }),
      initialPageParam: 1,
      getNextPageParam: ({ pagination }) => (pagination.hasNext ? pagination.page + 1 : undefined),
    }),

  release: (slug: string, version: number) =>
    queryOptions({
      queryKey: inApp(slug, 'releases', version),
      queryFn: ({ signal }) => client.call('releases.get', { params: { slug, version }, signal }),
      staleTime: Number.POSITIVE_INFINITY,
    }),

  env: (slug: string) =>
    queryOptions({
      queryKey: inApp(slug, 'env'),
      queryFn: ({ signal }) => client.call('env.get', { params: { slug }, signal }),
    }),

  envVersions: (slug: string) =>
    queryOptions({
      queryKey: inApp(slug, 'env', 'versions'),
      queryFn: ({ signal }) =>
        client.call('env.versions', { params: { slug }, query: { limit: 100 }, signal }),
    }),

  instances: (slug: string) =>
    queryOptions({
      queryKey: inApp(slug, 'instances'),
      queryFn: ({ signal }) => client.call('instances.list', { params: { slug }, signal }),
      refetchInterval: CALM_MS,
    }),

  logs: (slug: string, query: LogFilter & { since?: string; until?: string }) =>
    queryOptions({
      queryKey: inApp(slug, 'logs', query),
      queryFn: ({ signal }) =>
        client.call('logs.query', { params: { slug }, query: { ...query, limit: 5_000 }, signal }),
      placeholderData: keepPreviousData,
    }),

  trash: () =>
    queryOptions({ queryKey: ['trash'], queryFn: ({ signal }) => client.call('trash.list', { signal }) }),
}

/** All that is known about one app, or about the apps. */
export const keys = {
  apps: ['apps'] as const,
  app: (slug: string) => inApp(slug),
  session: ['session'] as const,
  account: ['account'] as const,
}

function isMoving({ lastDeployment }: App): boolean {
  return lastDeployment !== null && lastDeployment.finishedAt === null
}

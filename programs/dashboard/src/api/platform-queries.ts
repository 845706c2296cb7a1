/** Questions about the platform itself. Their keys begin with what they are about. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { client, type DataOf, type ItemOf } from './client.ts'

export type Status = DataOf<'status.get'>
export type Job = ItemOf<'jobs.list'>
export type JobState = Job['state']
export type DiskReport = DataOf<'disk.get'>
export type Reclaimed = DataOf<'disk.reclaim'>
export type TrashedApp = ItemOf<'trash.list'>
export type Setting = DataOf<'settings.list'>[number]
export type Registry = DataOf<'registries.list'>[number]
export type Volume = DataOf<'volumes.list'>[number]
export type AppPlan = DataOf<'apps.plan'>

export interface JobFilter {
  state?: JobState
  kind?: string
}

const SOON_MS = 2_000
const CALM_MS = 8_000

export const platformKeys = { jobs: ['jobs'] as const, disk: ['disk'] as const, trash: ['trash'] as const }

export const platformQueries = {
  jobs: (filter: JobFilter, page: number) =>
    queryOptions({
      queryKey: [...platformKeys.jobs, 'list', filter, page],
      queryFn: ({ signal }) => client.page('jobs.list', { query: { ...filter, page, limit: 50 }, signal }),
      placeholderData: keepPreviousData,
      refetchInterval: ({ state }) => (state.data?.data.some(isUnderWay) ? SOON_MS : CALM_MS),
    }),

  job: (id: string) =>
    queryOptions({
      queryKey: [...platformKeys.jobs, id],
      queryFn: ({ signal }) => client.call('jobs.get', { params: { id }, signal }),
      refetchInterval: ({ state }) => (state.data && isUnderWay(state.data) ? SOON_MS : CALM_MS),
    }),

  disk: () =>
    queryOptions({
      queryKey: [...platformKeys.disk],
      queryFn: ({ signal }) => client.call('disk.get', { signal }),
    }),

  reclaim: () =>
    queryOptions({
      // Not under the key of the disk: nobody wants a new plan once it was carried out.
      queryKey: ['reclaim'],
      queryFn: ({ signal }) => client.call('disk.reclaim', { body: { apply: false }, signal }),
      gcTime: 0,
    }),

  settings: () =>
    queryOptions({
      queryKey: ['settings'],
      queryFn: ({ signal }) => client.call('settings.list', { signal }),
      staleTime: 60_000,
    }),

  registries: (team: string) =>
    queryOptions({
      queryKey: ['teams', team, 'registries'],
      queryFn: ({ signal }) => client.call('registries.list', { params: { team }, signal }),
    }),

  volumeTrash: (slug: string) =>
    queryOptions({
      queryKey: ['app', slug, 'volume-trash'],
      queryFn: ({ signal }) => client.call('volumes.trash', { params: { slug }, signal }),
    }),

  volumes: (slug: string) =>
    queryOptions({
      queryKey: ['app', slug, 'volumes'],
      queryFn: ({ signal }) => client.call('volumes.list', { params: { slug }, signal }),
    }),
}

function isUnderWay({ state }: Pick<Job, 'state'>): boolean {
  return state === 'queued' || state === 'running'
}

/** What is done to several apps, and exports: the platform keeps it, so that a reload loses nothing. */
import { queryOptions } from '@tanstack/react-query'
import { client, type DataOf } from '../api/client.ts'

export type AppJob = DataOf<'appJobs.get'>
export type BulkAction = Exclude<AppJob['action'], 'export'>

const SOON_MS = 700
const KEPT_MS = 10 * 60_000

export const appJobKeys = { all: ['app-jobs'] as const }

export const appJobQueries = {
  /** Those that are under way, and those that ended a moment ago. */
  recent: () =>
    queryOptions({
      queryKey: appJobKeys.all,
      queryFn: async ({ signal }) => {
        const jobs = await client.call('appJobs.list', { query: { limit: 10, order: 'desc' }, signal })
        return jobs.filter(isRecent)
      },
      refetchInterval: ({ state }) => (state.data?.some(isUnderWay) ? SOON_MS : false),
      throwOnError: false,
    }),
}

export function isUnderWay({ state }: AppJob): boolean {
  return state === 'queued' || state === 'running'
}

function isRecent(job: AppJob): boolean {
  return isUnderWay(job) || Date.now() - Date.parse(job.finishedAt ?? job.createdAt) < KEPT_MS
}

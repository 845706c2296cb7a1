/** The filters of the list of jobs, as they stand in the page's address. Pure. */
import type { JobFilter, JobState } from '../api/platform-queries.ts'

export interface JobSearch extends JobFilter {
  page?: number
}

export const JOB_STATES: readonly JobState[] = ['queued', 'running', 'succeeded', 'failed', 'cancelled']

export function jobSearch({ state, kind, page }: Record<string, unknown>): JobSearch {
  return {
    ...(JOB_STATES.includes(state as JobState) && { state: state as JobState }),
    ...(typeof kind === 'string' && kind !== '' && { kind: kind.slice(0, 100) }),
    ...(typeof page === 'number' && page > 1 && { page: Math.floor(page) }),
  }
}

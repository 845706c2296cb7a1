/** Which action is allowed in which state of a job. */
import type { Job } from './job.ts'

const JOB_ACTIONS = {
  cancel: ['queued', 'running'],
  retry: ['failed', 'cancelled'],
} as const satisfies Record<string, readonly Job['state'][]>

export type JobAction = keyof typeof JOB_ACTIONS

export function jobCan(action: JobAction, job: Pick<Job, 'state'>): boolean {
  return (JOB_ACTIONS[action] as readonly Job['state'][]).includes(job.state)
}

export function isJobEnded({ state }: Pick<Job, 'state'>): boolean {
  return state !== 'queued' && state !== 'running'
}

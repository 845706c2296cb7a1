/** What a job is called, and who began it. Pure. */
import type { Job } from '../api/platform-queries.ts'
import { platformWords } from '../words/en/platform.ts'

const w = platformWords.jobs

export function kindName(kind: string): string {
  return w.kinds[kind] ?? kind
}

/** What the line that it waits in is about, where that is a name for people: `shop.example.com`. */
export function lineName({ queueKey, kind }: Pick<Job, 'queueKey' | 'kind'>): string | undefined {
  if (queueKey === null || queueKey === kind) return undefined
  return /^domain:(.+)$/.exec(queueKey)?.[1]
}

export function starterName({ about }: Pick<Job, 'about'>): string {
  const starter = about?.startedBy
  if (!starter) return w.platform
  return starter.name ?? w.actors[starter.kind] ?? starter.kind
}

/** When a job that waits will be taken: in the future only. */
export function nextRun({ state, runAt }: Pick<Job, 'state' | 'runAt'>, now: number): string | undefined {
  return state === 'queued' && Date.parse(runAt) > now ? runAt : undefined
}

export function triesText({ attempts, maxAttempts, failures = 0 }: Job): string {
  if (failures > 0) return w.triesFailed(failures, maxAttempts)
  return attempts === 0 ? w.notBegun : w.tries(Math.min(attempts, maxAttempts), maxAttempts)
}

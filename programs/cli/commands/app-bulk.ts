import { setTimeout as sleep } from 'node:timers/promises'
import type { AppJob, BulkOfApps } from '@seaworthy/api'
import type { ApiClient } from '@seaworthy/api/client'
import type { Command } from 'commander'
import { type Context, type Surroundings, withContext } from '../context.ts'
import { CommandFailed, UsageError } from '../exit-codes.ts'
import { table } from '../output.ts'

const POLL_MS = 300

interface TagOptions {
  add?: string[]
  remove?: string[]
}

/** `apps start|stop|restart|tag`, and `apps delete` for more than one: one job, with a result for each app. */
export function addBulkCommands(apps: Command, surroundings: Surroundings): void {
  const verbs = [
    ['stop', 'stop apps until they are started again; how many instances they have is kept'],
    ['start', 'start stopped apps, as they were'],
    ['restart', 'replace all instances of apps by fresh ones, without an interruption'],
  ] as const
  for (const [action, description] of verbs) {
    apps
      .command(action)
      .description(description)
      .argument('<slugs...>', 'the apps')
      .action((slugs: string[], _, command: Command) =>
        withContext(surroundings, command, context => bulk(context, { action, apps: slugs })),
      )
  }
  apps
    .command('tag')
    .description('add tags to apps, or take them away: seaworthy apps tag shop blog --add internal')
    .argument('<slugs...>', 'the apps')
    .option('--add <tags...>', 'lower-case words')
    .option('--remove <tags...>', 'lower-case words')
    .action((slugs: string[], { add = [], remove = [] }: TagOptions, command: Command) =>
      withContext(surroundings, command, context =>
        bulk(context, { action: 'tag', apps: slugs, addTags: add, removeTags: remove }),
      ),
    )
}

/** Waits for the end of it. Rejects with `CommandFailed` when any app was refused, or failed. */
export async function bulk(context: Context, body: BulkOfApps): Promise<void> {
  if (body.action === 'tag' && !body.addTags?.length && !body.removeTags?.length)
    throw new UsageError('Say which tags: seaworthy apps tag SLUG --add WORD, or --remove WORD')
  const api = await context.client()
  const started = await api.call('apps.bulk', { body })
  const job = await ended(api, started, context.signal)
  context.out.result(job, () =>
    table(
      ['APP', 'RESULT', 'MORE'],
      job.apps.map(({ slug, state, reason, deployment }) => [
        slug,
        state,
        reason ?? (deployment === null ? '' : `deployment ${deployment}`),
      ]),
    ),
  )
  const left = job.apps.filter(({ state }) => state !== 'done').length
  if (left > 0) throw new CommandFailed(`${left} of ${job.apps.length} apps were left as they are`)
}

/** Resolves once the job is over, however it went. */
export async function ended(api: ApiClient, job: AppJob, signal: AbortSignal): Promise<AppJob> {
  let now = job
  while (now.state === 'queued' || now.state === 'running') {
    await sleep(POLL_MS, undefined, { signal })
    now = await api.call('appJobs.get', { params: { id: job.id }, signal })
  }
  return now
}

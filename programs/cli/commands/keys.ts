import { setTimeout as sleep } from 'node:timers/promises'
import type { Job, Keys } from '@seaworthy/api'
import type { Command } from 'commander'
import { type Context, type Surroundings, withContext } from '../context.ts'
import { CommandFailed } from '../exit-codes.ts'
import { ago, table } from '../output.ts'

const LOOK_EVERY_MS = 500

export function addKeyCommands(program: Command, surroundings: Surroundings): void {
  const keys = program
    .command('keys')
    .description('list the master keys, with how many secrets each has sealed')
    .action((_, command: Command) => withContext(surroundings, command, listKeys))
  keys
    .command('rotate')
    .description('make a new master key and seal every secret anew')
    .option('--detach', 'do not wait for the end')
    .action((options: { detach?: boolean }, command: Command) =>
      withContext(surroundings, command, context => rotateKeys(context, options)),
    )
}

async function listKeys(context: Context): Promise<void> {
  const keys = await (await context.client()).call('keys.list')
  context.out.result(keys, () => keysText(keys))
}

function keysText({ keys, lastRotation }: Keys): string {
  const rows = keys.map(({ id, primary, sealed }) => [id, primary ? 'seals' : 'opens only', `${sealed}`])
  const rotated = lastRotation
    ? `\nLast rotation: ${lastRotation.state}, ${ago(lastRotation.createdAt)}.`
    : ''
  return `${table(['KEY', '', 'SECRETS'], rows)}${rotated}`
}

/** The rotation is a job of the platform: leaving early does not end it. */
async function rotateKeys(context: Context, { detach }: { detach?: boolean }): Promise<void> {
  const client = await context.client()
  let job = await client.call('keys.rotate')
  if (detach) {
    context.out.result(job, () => 'The rotation is under way. Look with: seaworthy keys')
    return
  }
  context.out.progress('Sealing every secret with a new key …')
  while (!isOver(job)) {
    await sleep(LOOK_EVERY_MS, undefined, { signal: context.signal })
    job = await client.call('jobs.get', { params: { id: job.id } })
  }
  const keys = await client.call('keys.list')
  context.out.result(keys, () => keysText(keys))
  if (job.state !== 'succeeded') throw new CommandFailed(job.error?.message ?? `The rotation ${job.state}.`)
  context.out.progress('Back up the key file again: keys/master.json in the home.')
}

function isOver({ state }: Job): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'cancelled'
}

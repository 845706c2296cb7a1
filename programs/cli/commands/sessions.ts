import type { Command } from 'commander'
import { type Context, type Surroundings, withContext } from '../context.ts'
import { UsageError } from '../exit-codes.ts'
import { ago, table } from '../output.ts'
import { forgetProfile } from '../profile.ts'

interface EndOptions {
  all?: boolean
  others?: boolean
}

export function addSessionsCommands(program: Command, surroundings: Surroundings): void {
  const sessions = program
    .command('sessions')
    .description('where you are signed in, the last used first')
    .action((_, command: Command) => withContext(surroundings, command, list))
  sessions
    .command('end')
    .argument('[id]', 'the session, as `sessions` lists it')
    .description('end one of your sessions, or several')
    .option('--others', 'all but this one')
    .option('--all', 'sign out everywhere, here too')
    .action((id: string | undefined, options: EndOptions, command: Command) =>
      withContext(surroundings, command, context => end(context, id, options)),
    )
}

async function list({ out, client }: Context): Promise<void> {
  const { data } = await (await client()).page('sessions.list', { query: { limit: 100 } })
  out.result(data, () =>
    table(
      ['ID', 'DEVICE', 'ADDRESS', 'SIGNED IN', 'LAST USED', ''],
      data.map(({ id, device, address, createdAt, lastUsedAt, current }) => [
        id,
        device ?? '-',
        address ?? '-',
        ago(createdAt),
        ago(lastUsedAt),
        current ? 'this one' : '',
      ]),
    ),
  )
}

async function end(context: Context, id: string | undefined, { all, others }: EndOptions): Promise<void> {
  if ([id, all, others].filter(Boolean).length !== 1)
    throw new UsageError('Which session? Say its ID, --others or --all. See: seaworthy sessions')
  const { out, env } = context
  const client = await context.client()
  const { ended } =
    id === undefined
      ? await client.call('sessions.end-all', { query: others ? { keep: 'current' } : {} })
      : await client.call('sessions.end', { params: { id } })
  if (all) await forgetProfile(env)
  out.result({ ended }, () => (ended === 1 ? 'Ended 1 session.' : `Ended ${ended} sessions.`))
}

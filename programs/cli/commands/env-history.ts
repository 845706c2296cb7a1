/** Commands that look into the past of variables. */
import type { EnvDiff, EnvDifference, EnvVersion } from '@seaworthy/api'
import type { Command } from 'commander'
import { type Context, type Surroundings, withContext } from '../context.ts'
import { ago, table } from '../output.ts'
import { chooseTarget, paramsOf, parseVersion, targetName } from './env-target.ts'
import { take } from './releases.ts'

export function addEnvHistoryCommands(env: Command, surroundings: Surroundings): void {
  env
    .command('history')
    .description('list who changed what and when, or show one version')
    .argument('[version]', 'v3')
    .option('--limit <n>', 'at most this many', '20')
    .action((version: string | undefined, options: { limit: string }, command: Command) =>
      withContext(surroundings, command, context =>
        version === undefined ? listHistory(context, options.limit) : showVersion(context, version),
      ),
    )
  env
    .command('diff')
    .description('compare two versions; secrets are never shown')
    .argument('<from>', 'v3')
    .argument('<to>', 'v5')
    .action((from: string, to: string, _, command: Command) =>
      withContext(surroundings, command, context => showDiff(context, from, to)),
    )
}

async function listHistory(context: Context, limit: string): Promise<void> {
  const client = await context.client()
  const target = await chooseTarget(context)
  const query = { order: 'desc' as const }
  const versions =
    target.kind === 'app'
      ? client.all('env.versions', { params: { slug: target.slug }, query })
      : client.all('sharedEnv.versions', { params: paramsOf(target), query })
  const shown = await take(versions, limit)
  context.out.result(shown, () =>
    shown.length === 0 ? `${targetName(target)} has no variables yet.` : historyTable(shown),
  )
}

function historyTable(versions: readonly EnvVersion[]): string {
  return table(
    ['VERSION', 'BY', 'MADE', 'CHANGES'],
    versions.map(({ version, author, createdAt, changes }) => [
      `v${version}`,
      author,
      ago(createdAt),
      changes.map(({ key, change }) => `${SIGNS[change]}${key}`).join(' '),
    ]),
  )
}

async function showVersion(context: Context, text: string): Promise<void> {
  const client = await context.client()
  const target = await chooseTarget(context)
  const version = `${parseVersion(text)}`
  const found =
    target.kind === 'app'
      ? await client.call('env.version', { params: { slug: target.slug, version } })
      : await client.call('sharedEnv.version', { params: { ...paramsOf(target), version } })
  context.out.result(found, () =>
    [`v${found.version} by ${found.author}, ${ago(found.createdAt)}`, diffText(found.changes)].join('\n'),
  )
}

async function showDiff(context: Context, from: string, to: string): Promise<void> {
  const client = await context.client()
  const target = await chooseTarget(context)
  const query = { from: `${parseVersion(from)}`, to: `${parseVersion(to)}` }
  const diff: EnvDiff =
    target.kind === 'app'
      ? await client.call('env.diff', { params: { slug: target.slug }, query })
      : await client.call('sharedEnv.diff', { params: paramsOf(target), query })
  context.out.result(diff, () => diffText(diff.changes))
}

const SIGNS: Record<EnvDifference['change'], string> = { added: '+', removed: '-', changed: '~' }

function diffText(changes: readonly EnvDifference[]): string {
  if (changes.length === 0) return 'Nothing is different.'
  return table(
    ['', 'KEY', 'BEFORE', 'AFTER'],
    changes.map(({ key, change, before, after }) => [
      SIGNS[change],
      key,
      valueText(before),
      valueText(after),
    ]),
  )
}

function valueText(variable: EnvDifference['before']): string {
  if (variable === null) return ''
  return variable.secret ? '(secret)' : (variable.value ?? '')
}

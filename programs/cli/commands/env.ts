import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Env, SecretReaders } from '@seaworthy/api'
import type { Command } from 'commander'
import { type Context, chooseApp, type Surroundings, withContext } from '../context.ts'
import { ago, table } from '../output.ts'
import { addEnvChangeCommands } from './env-changes.ts'
import { addEnvHistoryCommands } from './env-history.ts'
import { addTargetOptions, chooseTarget, type EnvTarget, paramsOf, targetName } from './env-target.ts'

export function addEnvCommands(program: Command, surroundings: Surroundings): void {
  const env = addTargetOptions(program.command('env'))
    .description("list an app's variables, or those a team shares; secrets are never shown")
    .action((_, command: Command) => withContext(surroundings, command, listEnv))
  addEnvChangeCommands(env, surroundings)
  addEnvHistoryCommands(env, surroundings)
  env
    .command('export')
    .description('write a .env file; secrets are comments without their values')
    .argument('[file]', 'to standard output when missing')
    .action((file: string | undefined, _, command: Command) =>
      withContext(surroundings, command, context => exportEnv(context, file)),
    )
  env
    .command('use')
    .description("put an app into an environment of its team: it gets that one's shared variables")
    .argument('<environment>', 'such as production or staging')
    .action((environment: string, _, command: Command) =>
      withContext(surroundings, command, context => useEnvironment(context, environment)),
    )
  env
    .command('who')
    .description('tell who can make an app use a variable, and what was given it last')
    .argument('<key>', 'its name')
    .action((key: string, _, command: Command) =>
      withContext(surroundings, command, context => showReaders(context, key)),
    )
}

async function listEnv(context: Context): Promise<void> {
  const target = await chooseTarget(context)
  if (target.kind === 'team') return listShared(context, target)
  const env = await (await context.client()).call('env.get', { params: { slug: target.slug } })
  context.out.result(env, () => envText(env, target))
}

function envText({ variables, environment }: Env, target: EnvTarget): string {
  const from = { team: 'team', environment: `team, ${environment}`, app: 'app' }
  const rows = sorted(variables).map(([key, variable]) => [key, shown(variable), from[variable.from]])
  return rows.length === 0 ? `${targetName(target)} has no variables.` : table(['KEY', 'VALUE', 'FROM'], rows)
}

async function listShared(context: Context, target: EnvTarget & { kind: 'team' }): Promise<void> {
  const shared = await (await context.client()).call('sharedEnv.get', { params: paramsOf(target) })
  const apps = shared.apps.length === 0 ? 'No app gets them yet.' : `They reach ${shared.apps.join(', ')}.`
  const rows = sorted(shared.variables).map(([key, variable]) => [key, shown(variable)])
  context.out.result(shared, () =>
    rows.length === 0
      ? `${targetName(target)} shares no variables.`
      : `${table(['KEY', 'VALUE'], rows)}\n${apps}`,
  )
}

async function exportEnv(context: Context, file: string | undefined): Promise<void> {
  const client = await context.client()
  const target = await chooseTarget(context)
  const exported =
    target.kind === 'app'
      ? await client.call('env.export', { params: { slug: target.slug } })
      : await client.call('sharedEnv.export', { params: paramsOf(target) })
  if (file === undefined) {
    context.out.result(exported, () => exported.text.trimEnd())
    return
  }
  await writeFile(resolve(context.cwd, file), exported.text, { mode: 0o600 })
  context.out.result({ ...exported, file }, () => `Version ${exported.version} is in ${file}.`)
}

async function useEnvironment(context: Context, environment: string): Promise<void> {
  const slug = await chooseApp(context)
  const app = await (await context.client()).call('apps.update', { params: { slug }, body: { environment } })
  context.out.result(
    app,
    () => `${slug} is in ${environment} now, and gets its variables with the next release.`,
  )
}

async function showReaders(context: Context, key: string): Promise<void> {
  const slug = await chooseApp(context)
  const readers = await (await context.client()).call('env.readers', { params: { slug, key } })
  context.out.result(readers, () => readersText(slug, readers))
}

function readersText(slug: string, { key, secret, people, uses }: SecretReaders): string {
  const nature = secret
    ? `${key} is a secret: it is shown to nobody. These can make ${slug} use it:`
    : `${key} is no secret: who may see ${slug} may read it. These can make ${slug} use it:`
  const who = table(
    ['PERSON', 'BY', 'TOKENS'],
    people.map(({ email, can, tokens }) => [
      email,
      can.join(', '),
      tokens.map(({ name }) => name).join(', '),
    ]),
  )
  const given = table(
    ['GIVEN TO', 'RELEASE', 'WHEN', 'ASKED BY'],
    uses.map(({ kind, process, release, at, by }) => [
      process === null || kind !== 'instance' ? kind : `${kind} (${process})`,
      release === null ? '-' : `v${release}`,
      ago(at),
      by ?? '-',
    ]),
  )
  return [nature, who, uses.length === 0 ? 'Nothing was given it yet.' : `\n${given}`].join('\n')
}

function sorted<Variable>(variables: Record<string, Variable>): [string, Variable][] {
  return Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1))
}

function shown({ secret, value }: { secret: boolean; value: string | null }): string {
  return secret ? '(secret)' : (value ?? '')
}

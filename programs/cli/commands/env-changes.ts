/** Commands that change variables. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text as readText } from 'node:stream/consumers'
import type { EnvChanged, SharedEnvChanged } from '@seaworthy/api'
import type { Command } from 'commander'
import { type Context, type Surroundings, withContext } from '../context.ts'
import { UsageError } from '../exit-codes.ts'
import { followDeployment } from '../follow-deployment.ts'
import { chooseTarget, type EnvTarget, paramsOf, parseVersion, targetName } from './env-target.ts'

interface ChangeOptions {
  secret?: boolean
  plain?: boolean
  base?: string
  detach?: boolean
  redeploy?: boolean
}

interface EnvEdit {
  set?: Record<string, { value: string; secret?: boolean }>
  unset?: string[]
  protect?: string[]
}

export function addEnvChangeCommands(env: Command, surroundings: Surroundings): void {
  changing(env.command('set'))
    .description('set variables; makes a new release')
    .argument('<pairs...>', 'KEY=VALUE …; one KEY alone takes its value from standard input')
    .option('--secret', 'encrypted, and write-only from now on')
    .option('--plain', 'shown again, also where it was a secret')
    .action((pairs: string[], options: ChangeOptions, command: Command) =>
      withContext(surroundings, command, context => setEnv(context, pairs, options)),
    )
  changing(env.command('unset'))
    .description('remove variables; makes a new release')
    .argument('<keys...>', 'their names')
    .action((unset: string[], options: ChangeOptions, command: Command) =>
      withContext(surroundings, command, context => edit(context, { unset }, options)),
    )
  changing(env.command('protect'))
    .description('make secrets of plain variables, in all of their history')
    .argument('<keys...>', 'their names')
    .action((protect: string[], options: ChangeOptions, command: Command) =>
      withContext(surroundings, command, context => edit(context, { protect }, options)),
    )
  changing(env.command('import'))
    .description('set the variables of a .env file')
    .argument('<file>', 'lines of KEY=VALUE; - for standard input')
    .option('--secret', 'all of them as secrets')
    .action((file: string, options: ChangeOptions, command: Command) =>
      withContext(surroundings, command, context => importEnv(context, file, options)),
    )
  changing(env.command('restore'))
    .description('set everything as an old version had it')
    .argument('<version>', 'v3')
    .action((version: string, options: ChangeOptions, command: Command) =>
      withContext(surroundings, command, context => restoreEnv(context, version, options)),
    )
}

function changing(command: Command): Command {
  return command
    .option('--base <version>', 'refuse if another change came after this version')
    .option('--detach', 'do not wait for the deployment')
    .option('--redeploy', 'with --team: give the apps a new release at once')
}

async function setEnv(context: Context, pairs: readonly string[], options: ChangeOptions): Promise<void> {
  if (options.secret && options.plain) throw new UsageError('Say either --secret or --plain.')
  const secret = options.secret ? true : options.plain ? false : undefined
  const set: NonNullable<EnvEdit['set']> = {}
  for (const pair of pairs) {
    const [key, value] = await parsePair(context, pair, pairs.length)
    set[key] = secret === undefined ? { value } : { value, secret }
  }
  await edit(context, { set }, options)
}

async function edit(context: Context, body: EnvEdit, options: ChangeOptions): Promise<void> {
  const client = await context.client()
  const base = baseOf(options)
  await change(context, options, {
    app: params => client.call('env.update', { params, body: { ...body, ...base } }),
    team: params =>
      client.call('sharedEnv.update', { params, body: { ...body, ...base, redeploy: options.redeploy } }),
  })
}

async function importEnv(context: Context, file: string, options: ChangeOptions): Promise<void> {
  const client = await context.client()
  const body = { text: await readInput(context, file), secret: options.secret, ...baseOf(options) }
  await change(context, options, {
    app: params => client.call('env.import', { params, body }),
    team: params =>
      client.call('sharedEnv.import', { params, body: { ...body, redeploy: options.redeploy } }),
  })
}

async function restoreEnv(context: Context, version: string, options: ChangeOptions): Promise<void> {
  const client = await context.client()
  const body = { version: parseVersion(version), ...baseOf(options) }
  await change(context, options, {
    app: params => client.call('env.restore', { params, body }),
    team: params =>
      client.call('sharedEnv.restore', { params, body: { ...body, redeploy: options.redeploy } }),
  })
}

async function change(
  context: Context,
  options: ChangeOptions,
  calls: {
    app(params: { slug: string }): Promise<EnvChanged>
    team(params: { team: string; environment: string }): Promise<SharedEnvChanged>
  },
): Promise<void> {
  const target = await chooseTarget(context)
  if (target.kind === 'team') return finishShared(context, target, await calls.team(paramsOf(target)))
  if (options.redeploy) throw new UsageError('--redeploy goes with --team: an app is always released anew.')
  await finish(context, target.slug, await calls.app({ slug: target.slug }), options)
}

/** The env is saved at once; what runs gets it with the deployment that follows. */
async function finish(
  context: Context,
  slug: string,
  changed: EnvChanged,
  { detach }: ChangeOptions,
): Promise<void> {
  for (const note of changed.notes) context.out.progress(`note: ${note}`)
  if (changed.changed.length === 0) {
    context.out.result(changed, () => `Nothing to change: ${slug} has it so already.`)
    return
  }
  if (!changed.deployment) {
    context.out.result(changed, () => `Saved. ${slug} gets it with its first deployment.`)
    return
  }
  context.out.progress('Saved. Releasing it:')
  await followDeployment(context, slug, changed.deployment, { detach })
}

function finishShared(context: Context, target: EnvTarget, changed: SharedEnvChanged): void {
  for (const note of changed.notes) context.out.progress(`note: ${note}`)
  context.out.result(changed, () => sharedText(target, changed))
}

function sharedText(target: EnvTarget, { version, changed, apps, deployments }: SharedEnvChanged): string {
  if (changed.length === 0) return `Nothing to change: ${targetName(target)} has it so already.`
  const saved = `Saved as version ${version} of ${targetName(target)}.`
  if (apps.length === 0) return `${saved} No app gets it yet.`
  const names = apps.map(({ slug, overrides }) =>
    overrides.length === 0 ? slug : `${slug} (sets ${overrides.join(', ')} itself)`,
  )
  const when =
    deployments.length > 0
      ? `${deployments.length} of them are being released.`
      : 'Each gets it with its next release; --redeploy makes one for all.'
  return `${saved} It reaches ${names.join(', ')}. ${when}`
}

function baseOf({ base }: ChangeOptions): { baseVersion?: number } {
  return base === undefined ? {} : { baseVersion: parseVersion(base) }
}

async function parsePair(context: Context, pair: string, count: number): Promise<[string, string]> {
  const equals = pair.indexOf('=')
  if (equals >= 1) return [pair.slice(0, equals), pair.slice(equals + 1)]
  // What stands on a command line stays in the shell's history; what comes over standard input does not.
  if (equals === -1 && count === 1 && !context.stdin.isTTY) {
    const text = await readText(context.stdin)
    // Where nobody pipes anything in, a forgotten value must not become an empty one.
    if (text !== '') return [pair, text.replace(/\r?\n$/, '')]
  }
  throw new UsageError(`"${pair}" is not KEY=VALUE.`)
}

async function readInput(context: Context, file: string): Promise<string> {
  if (file === '-') return readText(context.stdin)
  return readFile(resolve(context.cwd, file), 'utf8').catch(() => {
    throw new UsageError(`Could not read ${file}.`)
  })
}

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { EnvChanged } from '@seaworthy/api'
import type { Command } from 'commander'
import { type Context, chooseApp, type Surroundings, withContext } from '../context.ts'
import { UsageError } from '../exit-codes.ts'
import { followDeployment } from '../follow-deployment.ts'
import { table } from '../output.ts'

interface ChangeOptions {
  secret?: boolean
  detach?: boolean
}

export function addEnvCommands(program: Command, surroundings: Surroundings): void {
  const env = program
    .command('env')
    .description("list an app's variables; secrets are never shown")
    .action((_, command: Command) => withContext(surroundings, command, listEnv))
  env
    .command('set')
    .description('set variables; makes a new release')
    .argument('<pairs...>', 'KEY=VALUE …')
    .option('--secret', 'encrypted, and write-only from now on')
    .option('--detach', 'do not wait for the deployment')
    .action((pairs: string[], options: ChangeOptions, command: Command) =>
      withContext(surroundings, command, context => setEnv(context, pairs, options)),
    )
  env
    .command('unset')
    .description('remove variables; makes a new release')
    .argument('<keys...>', 'their names')
    .option('--detach', 'do not wait for the deployment')
    .action((keys: string[], options: ChangeOptions, command: Command) =>
      withContext(surroundings, command, context => unsetEnv(context, keys, options)),
    )
  env
    .command('import')
    .description('set the variables of a .env file')
    .argument('<file>', 'lines of KEY=VALUE')
    .option('--secret', 'all of them as secrets')
    .option('--detach', 'do not wait for the deployment')
    .action((file: string, options: ChangeOptions, command: Command) =>
      withContext(surroundings, command, context => importEnv(context, file, options)),
    )
}

async function listEnv(context: Context): Promise<void> {
  const slug = await chooseApp(context)
  const env = await (await context.client()).call('env.get', { params: { slug } })
  const rows = Object.entries(env.variables).sort(([a], [b]) => (a < b ? -1 : 1))
  context.out.result(env, () =>
    rows.length === 0
      ? `${slug} has no variables.`
      : table(
          ['KEY', 'VALUE'],
          rows.map(([key, { secret, value }]) => [key, secret ? '(secret)' : (value ?? '')]),
        ),
  )
}

async function setEnv(
  context: Context,
  pairs: readonly string[],
  { secret, detach }: ChangeOptions,
): Promise<void> {
  const set = Object.fromEntries(pairs.map(pair => [...parsePair(pair, secret)]))
  await change(context, detach, slug => ({ slug, set, unset: [] }))
}

async function unsetEnv(context: Context, keys: string[], { detach }: ChangeOptions): Promise<void> {
  await change(context, detach, slug => ({ slug, set: {}, unset: keys }))
}

async function change(
  context: Context,
  detach: boolean | undefined,
  bodyFor: (slug: string) => {
    slug: string
    set: Record<string, { value: string; secret?: boolean }>
    unset: string[]
  },
): Promise<void> {
  const { slug, ...body } = bodyFor(await chooseApp(context))
  const changed = await (await context.client()).call('env.update', { params: { slug }, body })
  await finish(context, slug, changed, detach)
}

async function importEnv(context: Context, file: string, { secret, detach }: ChangeOptions): Promise<void> {
  const text = await readFile(resolve(context.cwd, file), 'utf8').catch(() => {
    throw new UsageError(`Could not read ${file}.`)
  })
  const slug = await chooseApp(context)
  const changed = await (await context.client()).call('env.import', {
    params: { slug },
    body: { text, secret },
  })
  await finish(context, slug, changed, detach)
}

/** The env is saved at once; what runs gets it with the deployment that follows. */
async function finish(
  context: Context,
  slug: string,
  changed: EnvChanged,
  detach: boolean | undefined,
): Promise<void> {
  if (!changed.deployment) {
    context.out.result(changed, () => `Saved. ${slug} gets it with its first deployment.`)
    return
  }
  context.out.progress('Saved. Releasing it:')
  await followDeployment(context, slug, changed.deployment, { detach })
}

function parsePair(pair: string, secret: boolean | undefined): [string, { value: string; secret?: boolean }] {
  const equals = pair.indexOf('=')
  if (equals < 1) throw new UsageError(`"${pair}" is not KEY=VALUE.`)
  return [pair.slice(0, equals), { value: pair.slice(equals + 1), secret }]
}

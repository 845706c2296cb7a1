import { text as readAll } from 'node:stream/consumers'
import type { Registry } from '@seaworthy/api'
import type { Command } from 'commander'
import { askSecret } from '../ask.ts'
import { type Context, type Surroundings, withContext } from '../context.ts'
import { UsageError } from '../exit-codes.ts'
import { table } from '../output.ts'

interface RegistryOptions {
  team?: string
  username?: string
  passwordStdin?: boolean
}

const TEAM = ['--team <slug>', 'the team; needed when you are in several'] as const

/** Sign-ins for registries of images. */
export function addImageCommands(program: Command, surroundings: Surroundings): void {
  const registries = program
    .command('registries')
    .description('list the registries of images that a team has a sign-in for')
    .option(...TEAM)
    .action((_, command: Command) => withContext(surroundings, command, list))
  registries
    .command('add')
    .description('store the sign-in for a registry; private images are pulled with it')
    .argument('<host>', 'such as ghcr.io; docker.io for names without a host')
    .requiredOption('--username <name>', 'who signs in')
    .option('--password-stdin', 'read the password or token from standard input')
    .option(...TEAM)
    .action((host: string, _, command: Command) =>
      withContext(surroundings, command, context => add(context, host)),
    )
  registries
    .command('remove')
    .description('forget the sign-in for a registry')
    .argument('<host>', 'the registry')
    .option(...TEAM)
    .action((host: string, _, command: Command) =>
      withContext(surroundings, command, context => remove(context, host)),
    )
}

async function list(context: Context): Promise<void> {
  const api = await context.client()
  const stored = await api.call('registries.list', { params: { team: await teamOf(context) } })
  context.out.result(stored, () =>
    stored.length === 0
      ? 'No sign-in is stored. Add one with: seaworthy registries add HOST --username NAME --password-stdin'
      : table(['HOST', 'USERNAME', 'SINCE'], stored.map(registryRow)),
  )
}

async function add(context: Context, host: string): Promise<void> {
  const { username = '', passwordStdin } = context.options as RegistryOptions
  const team = await teamOf(context)
  const password = passwordStdin
    ? (await readAll(context.stdin)).replace(/\r?\n$/, '')
    : await askSecret(context, `Password or token for ${host}: `, '--password-stdin')
  const api = await context.client()
  const stored = await api.call('registries.set', { params: { team, host }, body: { username, password } })
  context.out.result(stored, () => `Images of ${host} are now pulled as ${stored.username}.`)
}

async function remove(context: Context, host: string): Promise<void> {
  const api = await context.client()
  await api.call('registries.remove', { params: { team: await teamOf(context), host } })
  context.out.result({ host }, () => `The sign-in for ${host} is forgotten.`)
}

async function teamOf(context: Context): Promise<string> {
  const { team } = context.options as RegistryOptions
  if (team !== undefined) return team
  const teams = await (await context.client()).call('teams.list')
  const [only, ...others] = teams.map(({ slug }) => slug)
  if (only !== undefined && others.length === 0) return only
  throw new UsageError(`Say which team: --team ${[only, ...others].join(' or --team ')}`)
}

function registryRow({ host, username, updatedAt }: Registry): string[] {
  return [host, username, updatedAt]
}

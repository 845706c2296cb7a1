import type { Token } from '@seaworthy/api'
import type { Command } from 'commander'
import { type Context, type Surroundings, withContext } from '../context.ts'
import { UsageError } from '../exit-codes.ts'
import { ago, facts, table } from '../output.ts'

const SCOPES = ['read', 'deploy', 'manage', 'admin'] as const
type Scope = (typeof SCOPES)[number]

interface ListOptions {
  team?: string
  all?: boolean
}

interface CreateOptions {
  scope: string
  team?: string
  expires: string
}

interface RotateOptions {
  overlap: string
  expires?: string
}

export function addTokenCommands(program: Command, surroundings: Surroundings): void {
  const tokens = program
    .command('tokens')
    .description('list your API tokens')
    .option('--team <slug>', 'those that are limited to a team (for its administrators)')
    .option('--all', 'those of everybody (for administrators of the platform)')
    .action((options: ListOptions, command: Command) =>
      withContext(surroundings, command, context => listTokens(context, options)),
    )
  tokens
    .command('create')
    .description('make an API token for programs, such as a pipeline; it is shown once. Limit it with --app')
    .argument('<name>', 'what it is for, so that you know it again')
    .requiredOption('--scope <scope>', 'read, deploy, manage or admin; each includes the ones before it')
    .option('--team <slug>', 'only for this team')
    .option('--expires <days>', '1d to 366d, or never', '90d')
    .action((name: string, options: CreateOptions, command: Command) =>
      withContext(surroundings, command, context => createToken(context, name, options)),
    )
  tokens
    .command('rotate')
    .description('give an API token a new secret; the one before works on for a while')
    .argument('<id>', 'see: seaworthy tokens')
    .option('--overlap <hours>', 'how long the one before works on, 0 to 168', '24')
    .option('--expires <days>', '1d to 366d from now, or never; 90d when missing')
    .action((id: string, options: RotateOptions, command: Command) =>
      withContext(surroundings, command, context => rotateToken(context, id, options)),
    )
  tokens
    .command('revoke')
    .description('end an API token at once')
    .argument('<id>', 'see: seaworthy tokens')
    .action((id: string, _, command: Command) =>
      withContext(surroundings, command, context => revokeToken(context, id)),
    )
}

async function listTokens(context: Context, { team, all }: ListOptions): Promise<void> {
  if (team !== undefined && all) throw new UsageError('Say --team or --all, not both.')
  const api = await context.client()
  const pages =
    team !== undefined
      ? api.all('tokens.team', { params: { team } })
      : api.all(all ? 'tokens.all' : 'tokens.list')
  const tokens: Token[] = []
  for await (const token of pages) tokens.push(token)
  const isMine = team === undefined && !all
  context.out.result(tokens, () => (tokens.length === 0 ? NO_TOKENS : tokenTable(tokens, isMine)))
}

const NO_TOKENS = 'There are no tokens. Make one with: seaworthy tokens create NAME --scope deploy --app SLUG'

function tokenTable(tokens: readonly Token[], isMine: boolean): string {
  const person = (token: Token) => (isMine ? [] : [token.person.email])
  return table(
    ['ID', 'NAME', ...(isMine ? [] : ['PERSON']), 'ENDS IN', 'SCOPE', 'FOR', 'EXPIRES', 'LAST USED'],
    tokens.map(token => [
      token.id,
      token.name,
      ...person(token),
      `…${token.hint}`,
      token.scopes.join(','),
      limits(token),
      expiry(token),
      token.lastUsedAt === null ? 'never' : `${ago(token.lastUsedAt)} from ${token.lastUsedFrom}`,
    ]),
  )
}

function limits({ apps, team }: Token): string {
  if (apps !== null) return apps.length === 0 ? 'apps that are gone' : apps.join(',')
  return team === null ? 'all' : `team ${team}`
}

function expiry({ state, expiresAt }: Token): string {
  if (state !== 'active') return state
  return expiresAt === null ? 'never' : expiresAt.slice(0, 10)
}

async function createToken(context: Context, name: string, options: CreateOptions): Promise<void> {
  const { team } = options
  const body = {
    name,
    scopes: [parseScope(options.scope)],
    apps: context.options.app?.split(','),
    ...(team !== undefined && { team }),
    expiresInDays: parseExpiry(options.expires),
  }
  const made = await (await context.client()).call('tokens.create', { body })
  showSecret(context, made, ['It is shown only now. Give it to the pipeline as SEAWORTHY_TOKEN.'])
}

async function rotateToken(context: Context, id: string, options: RotateOptions): Promise<void> {
  const body = {
    overlapHours: parseOverlap(options.overlap),
    ...(options.expires !== undefined && { expiresInDays: parseExpiry(options.expires) }),
  }
  const made = await (await context.client()).call('tokens.rotate', { params: { id }, body })
  const { previousUntil } = made.token
  showSecret(context, made, [
    'It is shown only now.',
    previousUntil === null ? 'The one before works no more.' : `The one before works until ${previousUntil}.`,
  ])
}

/** The secret alone goes to standard output, so that a script can take it from there. */
function showSecret(
  { out }: Context,
  made: { secret: string; token: Token },
  notes: readonly string[],
): void {
  const { name, id } = made.token
  out.progress(
    facts([
      ['token', name],
      ['id', id],
      ['scope', made.token.scopes.join(',')],
      ['for', limits(made.token)],
      ['expires', expiry(made.token)],
    ]),
  )
  for (const note of notes) out.progress(note)
  out.result(made, () => made.secret)
}

async function revokeToken({ client, out }: Context, id: string): Promise<void> {
  const token = await (await client()).call('tokens.revoke', { params: { id } })
  out.result(token, () => `The token ${token.name} works no more.`)
}

function parseScope(text: string): Scope {
  const scope = SCOPES.find(known => known === text)
  if (!scope) throw new UsageError(`"${text}" is no scope. There are: ${SCOPES.join(', ')}.`)
  return scope
}

/** 0: the one before is dead at once. */
function parseOverlap(text: string): number {
  if (!/^\d{1,3}h?$/.test(text)) throw new UsageError(`"${text}" is no number of hours. Write 24, or 0.`)
  return Number.parseInt(text, 10)
}

function parseExpiry(text: string): number | 'never' {
  if (text === 'never') return text
  const days = /^(\d{1,3})d?$/.exec(text)?.[1]
  if (days === undefined) throw new UsageError(`"${text}" is no time to expire. Write 90d, or never.`)
  return Number(days)
}

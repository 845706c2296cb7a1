import type { PersonDocument } from '@seaworthy/api'
import type { ApiClient } from '@seaworthy/api/client'
import type { Command } from 'commander'
import { type Context, type Surroundings, withContext } from '../context.ts'
import { waitForDeletion } from '../deletion-receipt.ts'
import { UsageError } from '../exit-codes.ts'
import { ago, facts, table } from '../output.ts'

type Change = Parameters<typeof update>[2]

export function addPeopleCommands(program: Command, surroundings: Surroundings): void {
  const people = program
    .command('people')
    .description('list the people of the platform (administrators of the platform)')
    .option('--search <text>', 'part of a name or an address')
    .action((options: { search?: string }, command: Command) =>
      withContext(surroundings, command, context => list(context, options)),
    )
  const about = (name: string, description: string) =>
    people.command(name).description(description).argument('<person>', 'e-mail address or id')
  about('show', 'show one of them').action((person: string, _, command: Command) =>
    withContext(surroundings, command, context => show(context, person)),
  )
  const changes: [string, string, Change][] = [
    ['make-admin', 'make somebody an administrator, who may do everything', { platformRole: 'admin' }],
    ['make-member', 'make an administrator a member again', { platformRole: 'member' }],
    ['suspend', 'end all sessions of somebody, and let them in no more', { suspended: true }],
    ['readmit', 'let somebody in again who was suspended', { suspended: false }],
  ]
  for (const [name, description, change] of changes) {
    about(name, description).action((person: string, _, command: Command) =>
      withContext(surroundings, command, context => update(context, person, change)),
    )
  }
  about('delete', "delete somebody's account for good")
    .option('--confirm <email>', 'the e-mail address of the account, typed again')
    .action((person: string, options: { confirm?: string }, command: Command) =>
      withContext(surroundings, command, context => remove(context, person, options.confirm)),
    )
}

async function list(context: Context, { search }: { search?: string }): Promise<void> {
  const found: PersonDocument[] = []
  for await (const person of (await context.client()).all('people.list', { query: { search } }))
    found.push(person)
  context.out.result(found, () =>
    found.length === 0
      ? 'Nobody.'
      : table(
          ['NAME', 'E-MAIL', 'ROLE', 'TEAMS', 'SINCE'],
          found.map(person => [
            person.name,
            person.email,
            roleOf(person),
            person.teams.map(team => `${team.slug} (${team.role})`).join(', ') || '-',
            ago(person.createdAt),
          ]),
        ),
  )
}

async function show({ client, out }: Context, person: string): Promise<void> {
  const found = await (await client()).call('people.get', { params: { person } })
  out.result(found, () =>
    facts([
      ['name', found.name],
      ['e-mail', found.emailVerified ? found.email : `${found.email} (not confirmed)`],
      ['role', roleOf(found)],
      ['teams', found.teams.map(team => `${team.slug} (${team.role})`).join(', ') || 'none'],
      ['second factor', found.twoFactor ? 'on' : 'off'],
      ['sessions', String(found.counts.sessions)],
      ['tokens', String(found.counts.tokens)],
      ['since', ago(found.createdAt)],
      ['id', found.id],
    ]),
  )
}

function roleOf({ platformRole, suspendedAt }: PersonDocument): string {
  const role = platformRole === 'admin' ? 'administrator' : 'member'
  return suspendedAt === null ? role : `${role}, suspended`
}

async function update(
  { client, out }: Context,
  person: string,
  body: { platformRole?: 'admin' | 'member'; suspended?: boolean },
): Promise<void> {
  const changed = await (await client()).call('people.update', { params: { person }, body })
  out.result(changed, () => `${changed.email} is ${roleOf(changed)} now.`)
}

async function remove(context: Context, person: string, confirm: string | undefined): Promise<void> {
  if (confirm === undefined)
    throw new UsageError(
      `This cannot be undone. Say it again: seaworthy people delete ${person} --confirm EMAIL`,
    )
  const api: ApiClient = await context.client()
  const started = await api.call('people.delete', { params: { person }, body: { confirm } })
  await waitForDeletion(context, started)
}

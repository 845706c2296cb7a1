import type { Member, Role, Team } from '@seaworthy/api'
import type { Command } from 'commander'
import { type Context, type Surroundings, withContext } from '../context.ts'
import { UsageError } from '../exit-codes.ts'
import { ago, facts, table } from '../output.ts'

export const ROLES = ['viewer', 'developer', 'admin', 'owner'] as const

export function addTeamCommands(program: Command, surroundings: Surroundings): void {
  const teams = program
    .command('teams')
    .description('list your teams')
    .action((_, command: Command) => withContext(surroundings, command, listTeams))
  const within = (work: (context: Context, ...given: string[]) => Promise<void>) => {
    return (...given: unknown[]) => {
      const command = given.at(-1) as Command
      return withContext(surroundings, command, context => work(context, ...command.args))
    }
  }
  teams
    .command('create')
    .description('create a team, and be its owner')
    .argument('<slug>', 'its name in addresses: 3 to 40 of a-z, 0-9 and inner hyphens')
    .option('--name <name>', 'a name for people; the slug when missing')
    .action((slug: string, { name }: { name?: string }, command: Command) =>
      withContext(surroundings, command, context => createTeam(context, slug, name)),
    )
  teams
    .command('show')
    .description('show a team and what you may do in it')
    .argument('<team>', 'its slug')
    .action(within(showTeam))
  teams
    .command('rename')
    .description('give a team another slug or another name for people')
    .argument('<team>', 'its slug')
    .option('--slug <slug>', 'the new slug')
    .option('--name <name>', 'the new name for people')
    .action((team: string, changes: { slug?: string; name?: string }, command: Command) =>
      withContext(surroundings, command, context => renameTeam(context, team, changes)),
    )
  teams
    .command('delete')
    .description('delete a team that has no apps')
    .argument('<team>', 'its slug')
    .option('--confirm <slug>', "the team's slug, typed again")
    .action((team: string, { confirm }: { confirm?: string }, command: Command) =>
      withContext(surroundings, command, context => deleteTeam(context, team, confirm)),
    )
  teams.command('leave').description('leave a team').argument('<team>', 'its slug').action(within(leaveTeam))
  teams
    .command('members')
    .description('list the members of a team')
    .argument('<team>', 'its slug')
    .action(within(listMembers))
  teams
    .command('role')
    .description('change the role of a member')
    .argument('<team>', 'its slug')
    .argument('<person>', 'e-mail address or id')
    .argument('<role>', ROLES.join(', '))
    .action(within(setRole))
  teams
    .command('remove')
    .description('take a member out of a team')
    .argument('<team>', 'its slug')
    .argument('<person>', 'e-mail address or id')
    .action(within(removeMember))
}

/** Refused here already, so that a slip of the fingers is told with what there is. */
export function roleFrom(text: string | undefined, roles: readonly string[] = ROLES): Role {
  if (text === undefined || !roles.includes(text))
    throw new UsageError(`"${text ?? ''}" is no role. There are: ${roles.join(', ')}.`)
  return text as Role
}

async function listTeams({ client, out }: Context): Promise<void> {
  const teams: Team[] = []
  for await (const team of (await client()).all('teams.list')) teams.push(team)
  out.result(teams, () =>
    teams.length === 0
      ? 'You are in no team. Create one with: seaworthy teams create SLUG'
      : table(
          ['TEAM', 'NAME', 'YOUR ROLE', 'MEMBERS', 'APPS'],
          teams.map(({ slug, name, role, counts }) => [
            slug,
            name,
            role ?? '-',
            String(counts.members),
            String(counts.apps),
          ]),
        ),
  )
}

async function createTeam({ client, out }: Context, slug: string, name: string | undefined): Promise<void> {
  const team = await (await client()).call('teams.create', { body: { slug, name } })
  out.result(
    team,
    () =>
      `Created team ${slug}. Invite somebody with: seaworthy teams invite ${slug} --email ADDRESS --role developer`,
  )
}

async function showTeam({ client, out }: Context, team: string): Promise<void> {
  const shown = await (await client()).call('teams.get', { params: { team } })
  const { slug, name, role, counts, createdAt, can } = shown
  const denied = Object.entries(can).filter(([, answer]) => answer !== true)
  out.result(shown, () =>
    [
      facts([
        ['team', slug],
        ['name', name],
        ['your role', role ?? 'none: you administer the platform'],
        ['members', String(counts.members)],
        ['apps', String(counts.apps)],
        ['since', ago(createdAt)],
      ]),
      ...(denied.length === 0
        ? []
        : [
            `\n${table(
              ['YOU MAY NOT', 'WHY'],
              denied.map(([action, reason]) => [action, String(reason)]),
            )}`,
          ]),
    ].join('\n'),
  )
}

async function renameTeam(
  { client, out }: Context,
  team: string,
  changes: { slug?: string; name?: string },
): Promise<void> {
  const { slug, name } = changes
  if (slug === undefined && name === undefined) throw new UsageError('Say what to change: --slug or --name.')
  const renamed = await (await client()).call('teams.update', { params: { team }, body: { slug, name } })
  out.result(renamed, () => `The team is called ${renamed.slug} (${renamed.name}) now.`)
}

async function deleteTeam(
  { client, out }: Context,
  team: string,
  confirm: string | undefined,
): Promise<void> {
  if (confirm === undefined)
    throw new UsageError(
      `To delete the team, type its name again: seaworthy teams delete ${team} --confirm ${team}`,
    )
  const done = await (await client()).call('teams.delete', { params: { team }, body: { confirm } })
  out.result(done, () => `Team ${team} is deleted.`)
}

async function leaveTeam({ client, out }: Context, team: string): Promise<void> {
  const done = await (await client()).call('teams.leave', { params: { team } })
  out.result(done, () => `You have left team ${team}.`)
}

async function listMembers({ client, out }: Context, team: string): Promise<void> {
  const members: Member[] = []
  for await (const member of (await client()).all('members.list', { params: { team } })) members.push(member)
  out.result(members, () =>
    table(
      ['PERSON', 'NAME', 'ROLE', 'SINCE'],
      members.map(({ person, role, suspended, since }) => [
        person.email,
        person.name,
        suspended ? `${role} (suspended)` : role,
        ago(since),
      ]),
    ),
  )
}

async function setRole({ client, out }: Context, team: string, person: string, text: string): Promise<void> {
  const body = { role: roleFrom(text) }
  const member = await (await client()).call('members.update', { params: { team, person }, body })
  out.result(member, () => `${member.person.email} is ${member.role} of ${team} now.`)
}

async function removeMember({ client, out }: Context, team: string, person: string): Promise<void> {
  const done = await (await client()).call('members.remove', { params: { team, person } })
  out.result(done, () => `${person} is not in team ${team} any more.`)
}

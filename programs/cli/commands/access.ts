import type { AppAccess, Grant, PersonAccess } from '@seaworthy/api'
import type { Command } from 'commander'
import { type Context, chooseApp, type Surroundings, withContext } from '../context.ts'
import { ago, facts, table } from '../output.ts'
import { roleFrom } from './teams.ts'

const GRANT_ROLES = ['viewer', 'developer', 'admin'] as const

export function addAccessCommands(program: Command, surroundings: Surroundings): void {
  program
    .command('access')
    .description('tell what a person may do and why; with --app alone, who may do what on an app')
    .argument('[person]', 'e-mail address or id; yourself when missing')
    .action((person: string | undefined, _, command: Command) =>
      withContext(surroundings, command, context =>
        person === undefined && context.options.app !== undefined
          ? showApp(context, context.options.app)
          : showPerson(context, person ?? 'me'),
      ),
    )
  const grants = program
    .command('grants')
    .description('list who has a role on this app alone')
    .action((_, command: Command) => withContext(surroundings, command, listGrants))
  grants
    .command('set')
    .description('give a person from outside the team a role on this app alone')
    .argument('<person>', 'e-mail address or id')
    .argument('<role>', GRANT_ROLES.join(', '))
    .action((person: string, role: string, _, command: Command) =>
      withContext(surroundings, command, context => setGrant(context, person, role)),
    )
  grants
    .command('remove')
    .description('take a role on this app back')
    .argument('<person>', 'e-mail address or id')
    .action((person: string, _, command: Command) =>
      withContext(surroundings, command, context => removeGrant(context, person)),
    )
}

async function showPerson({ client, out }: Context, person: string): Promise<void> {
  const access = await (await client()).call('access.person', { params: { person } })
  out.result(access, () => personText(access))
}

function personText({ person, complete, platform, teams, apps }: PersonAccess): string {
  const state = person.suspended ? ' (suspended: none of this can be used)' : ''
  const blocks = [facts([['person', `${person.name} <${person.email}>${state}`]])]
  if (person.platformRole === 'admin') blocks.push('Administers the platform: owner of every team.')
  for (const { team, role, from, can, canOnApps, apps: slugs } of teams) {
    const head = `Team ${team.slug}: ${role} (${from}). Apps: ${slugs.join(', ') || 'none'}`
    blocks.push(`${head}\n${permissionTable({ ...can, ...canOnApps })}`)
  }
  for (const { app, team, role, from, can } of apps)
    blocks.push(`App ${app.slug} of ${team}: ${role} (${from})\n${permissionTable(can)}`)
  blocks.push(`The platform\n${permissionTable(platform)}`)
  if (!complete) blocks.push('Only what lies in teams that you administer is shown.')
  return blocks.join('\n\n')
}

function permissionTable(can: PersonAccess['platform']): string {
  const rows = Object.entries(can).map(([action, answer]) => [action, answer === true ? 'yes' : answer])
  return table(['ACTION', 'MAY'], rows)
}

async function showApp({ client, out }: Context, slug: string): Promise<void> {
  const access = await (await client()).call('access.app', { params: { slug } })
  out.result(access, () => appText(access))
}

function appText({ app, team, people }: AppAccess): string {
  const actions = [...new Set(people.flatMap(({ can }) => Object.keys(can)))]
  const nobody = actions.filter(action => people.every(({ can }) => can[action] !== true))
  const rows = people.flatMap(({ person, role, from, can, tokens }) => [
    [person.email, role, from, countOf(can)],
    ...tokens.map(token => [`  token ${token.name}`, token.scopes.join(','), '', countOf(token.can)]),
  ])
  return [
    `${app.slug} of team ${team.slug}, ${actions.length} actions:`,
    table(['WHO', 'ROLE', 'FROM', 'MAY'], rows),
    ...(nobody.length > 0 ? [`Nobody may: ${nobody.join(', ')}`] : []),
    'Each action with its reason: --json, or seaworthy access PERSON',
  ].join('\n')
}

function countOf(can: PersonAccess['platform']): string {
  const answers = Object.values(can)
  const allowed = answers.filter(answer => answer === true).length
  return allowed === answers.length ? 'everything' : `${allowed} of ${answers.length}`
}

async function listGrants(context: Context): Promise<void> {
  const slug = await chooseApp(context)
  const grants: Grant[] = await (await context.client()).call('grants.list', { params: { slug } })
  context.out.result(grants, () =>
    grants.length === 0
      ? `Nobody has a role on ${slug} alone. Give one with: seaworthy grants set PERSON ROLE --app ${slug}`
      : table(
          ['PERSON', 'NAME', 'ROLE', 'SINCE'],
          grants.map(({ person, role, since }) => [person.email, person.name, role, ago(since)]),
        ),
  )
}

async function setGrant(context: Context, person: string, text: string): Promise<void> {
  const role = roleFrom(text, GRANT_ROLES) as Grant['role']
  const slug = await chooseApp(context)
  const grant = await (await context.client()).call('grants.set', {
    params: { slug, person },
    body: { role },
  })
  context.out.result(grant, () => `${grant.person.email} is ${role} on ${slug} now.`)
}

async function removeGrant(context: Context, person: string): Promise<void> {
  const slug = await chooseApp(context)
  const done = await (await context.client()).call('grants.remove', { params: { slug, person } })
  context.out.result(done, () => `${person} has no role on ${slug} alone any more.`)
}

import type { Invitation } from '@seaworthy/api'
import type { ApiClient } from '@seaworthy/api/client'
import type { Command } from 'commander'
import { type Context, type Surroundings, withContext } from '../context.ts'
import { UsageError } from '../exit-codes.ts'
import { ago, type Output, table } from '../output.ts'
import { ROLES, roleFrom } from './teams.ts'

interface InviteOptions {
  role?: string
  email?: string
  link?: boolean
}

/** Below `seaworthy teams`, which is there already. */
export function addInvitationCommands(program: Command, surroundings: Surroundings): void {
  const teams = program.commands.find(command => command.name() === 'teams')!
  teams
    .command('invite')
    .description('invite a person by mail, or make a link that works once; both for 7 days')
    .argument('<team>', "the team's slug")
    .option('--email <address>', 'send a mail to this address')
    .option('--link', 'make a link for you to hand on, shown this once')
    .option('--role <role>', `${ROLES.join(', ')}; not above your own`, 'developer')
    .action((team: string, options: InviteOptions, command: Command) =>
      withContext(surroundings, command, context => invite(context, team, options)),
    )
  teams
    .command('invitations')
    .description('list the invitations to a team')
    .argument('<team>', "the team's slug")
    .action((team: string, _, command: Command) =>
      withContext(surroundings, command, context => listInvitations(context, team)),
    )
  teams
    .command('revoke')
    .description('make an invitation worthless')
    .argument('<team>', "the team's slug")
    .argument('<id>', 'see: seaworthy teams invitations TEAM')
    .action((team: string, id: string, _, command: Command) =>
      withContext(surroundings, command, context => revoke(context, team, id)),
    )
  teams
    .command('accept')
    .description('accept an invitation as the person who is signed in')
    .argument('<link>', 'the link, or the token at its end')
    .action((link: string, _, command: Command) =>
      withContext(surroundings, command, context => accept(context, link)),
    )
}

async function invite({ client, out }: Context, team: string, options: InviteOptions): Promise<void> {
  const { email, link } = options
  if ((email === undefined) === !link) throw new UsageError('Say either --email ADDRESS or --link.')
  const body = { role: roleFrom(options.role), email }
  const api = await client()
  const made = await api.call('invitations.create', { params: { team }, body })
  if (made.url === null) await tellWhereMailIs(api, out)
  out.result(made, () =>
    made.url === null
      ? `Invited ${email} to ${team} as ${body.role}. The mail's link works once, for 7 days.`
      : `${made.url}\nWhoever opens this joins ${team} as ${body.role}. It works once, for 7 days, and is not shown again.`,
  )
}

/** Without a mail server nobody gets a mail: whoever invites would wait in vain. */
async function tellWhereMailIs(api: ApiClient, out: Output): Promise<void> {
  const status = await api.call('status.get').catch(() => undefined)
  if (status?.mail.kind === 'file')
    out.progress(
      `No mail server is set up: the mail is in ${status.mail.to} on the server. Hand its link over.`,
    )
}

async function listInvitations({ client, out }: Context, team: string): Promise<void> {
  const all: Invitation[] = []
  for await (const one of (await client()).all('invitations.list', { params: { team } })) all.push(one)
  out.result(all, () =>
    all.length === 0
      ? `Nobody has been invited to ${team}. Invite with: seaworthy teams invite ${team} --link`
      : table(
          ['ID', 'FOR', 'ROLE', 'BY', 'STATE', 'MADE'],
          all.map(({ id, email, role, invitedBy, state, createdAt }) => [
            ...[id, email ?? '(link)', role, invitedBy ?? 'the machine', state, ago(createdAt)],
          ]),
        ),
  )
}

async function revoke({ client, out }: Context, team: string, id: string): Promise<void> {
  const revoked = await (await client()).call('invitations.revoke', { params: { team, id } })
  out.result(revoked, () => 'The invitation is worth nothing any more.')
}

async function accept({ client, out }: Context, link: string): Promise<void> {
  const token = link.split('#token=').at(-1)!
  const { team, role } = await (await client()).call('invitations.accept', { body: { token } })
  out.result({ team, role }, () => `You are ${role} of ${team.name} (${team.slug}) now.`)
}

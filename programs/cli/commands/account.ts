import { text as readAll } from 'node:stream/consumers'
import { createClient } from '@seaworthy/api/client'
import type { Command } from 'commander'
import { askSecret } from '../ask.ts'
import { findPlatformHere } from '../connection.ts'
import { type Context, type Surroundings, withContext } from '../context.ts'
import { UsageError } from '../exit-codes.ts'
import { facts } from '../output.ts'
import { addFactorCommands } from './factor.ts'

interface StdinOption {
  passwordStdin?: boolean
}

export function addAccountCommands(program: Command, surroundings: Surroundings): void {
  const account = program
    .command('account')
    .description('your account')
    .action((_, command: Command) => withContext(surroundings, command, show))
  account
    .command('name')
    .argument('<name>', 'how others see you')
    .description('change your name')
    .action((name: string, _, command: Command) =>
      withContext(surroundings, command, context => rename(context, name)),
    )
  account
    .command('password')
    .description('change your password; all your other sessions end')
    .option('--password-stdin', 'read two lines from standard input: the present password, the new one')
    .action((options: StdinOption, command: Command) =>
      withContext(surroundings, command, context => changePassword(context, options)),
    )
  account
    .command('email')
    .argument('<email>', 'the new address')
    .description('change your e-mail address: a link is mailed to the new one')
    .option('--password-stdin', 'read your password from standard input')
    .action((email: string, options: StdinOption, command: Command) =>
      withContext(surroundings, command, context => changeEmail(context, email, options)),
    )
  account
    .command('reset-link')
    .argument('<email>', 'the address of the account')
    .description('make a link for somebody who forgot their password (on the machine itself)')
    .action((email: string, _, command: Command) =>
      withContext(surroundings, command, context => resetLink(context, email)),
    )
  addFactorCommands(account, surroundings)
}

async function show({ out, client }: Context): Promise<void> {
  const account = await (await client()).call('account.get')
  out.result(account, () =>
    facts([
      ['name', account.name],
      ['e-mail', account.emailVerified ? account.email : `${account.email} (not confirmed)`],
      ['role', account.platformRole === 'admin' ? 'administrator of the platform' : 'member'],
      ['second factor', account.twoFactorEnabled ? 'on' : 'off'],
    ]),
  )
}

async function rename({ out, client }: Context, name: string): Promise<void> {
  const account = await (await client()).call('account.update', { body: { name } })
  out.result(account, () => `You are ${account.name} now.`)
}

async function changePassword(context: Context, { passwordStdin }: StdinOption): Promise<void> {
  const passwords = passwordStdin ? await twoLines(context) : await askPasswords(context)
  const result = await (await context.client()).call('account.password', { body: passwords })
  context.out.result(result, () => `Password changed. Other sessions ended: ${result.sessionsEnded}.`)
}

async function twoLines({ stdin }: Context): Promise<{ currentPassword: string; newPassword: string }> {
  const [currentPassword, newPassword] = (await readAll(stdin)).split(/\r?\n/)
  if (!currentPassword || !newPassword)
    throw new UsageError('Write two lines to standard input: the present password and the new one.')
  return { currentPassword, newPassword }
}

async function askPasswords(context: Context): Promise<{ currentPassword: string; newPassword: string }> {
  const currentPassword = await askSecret(context, 'Present password: ', '--password-stdin')
  const newPassword = await askSecret(context, 'New password: ', '--password-stdin')
  const again = await askSecret(context, 'The new password again: ', '--password-stdin')
  if (newPassword !== again) throw new UsageError('The two new passwords differ. Nothing was changed.')
  return { currentPassword, newPassword }
}

async function changeEmail(context: Context, email: string, { passwordStdin }: StdinOption): Promise<void> {
  const password = passwordStdin
    ? (await readAll(context.stdin)).replace(/\r?\n$/, '')
    : await askSecret(context, 'Password: ', '--password-stdin')
  const result = await (await context.client()).call('account.email', { body: { email, password } })
  context.out.result(result, () => `A link was mailed to ${email}. Open it to confirm the address.`)
}

async function resetLink({ out, env, options }: Context, email: string): Promise<void> {
  const api = createClient(await findPlatformHere(env, options))
  const link = await api.call('password.reset-link', { body: { email } }).finally(() => api.close())
  out.result(link, () => `Give this link to ${email}; it works once, until ${link.expiresAt}:\n${link.url}`)
}

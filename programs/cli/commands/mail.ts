import type { Command } from 'commander'
import { type Context, type Surroundings, withContext } from '../context.ts'

export function addMailCommands(program: Command, surroundings: Surroundings): void {
  const mail = program.command('mail').description('the mail that the platform sends')
  mail
    .command('test')
    .description('send a test mail and tell how it went (administrators of the platform)')
    .argument('<address>', 'who gets it')
    .action((address: string, _, command: Command) =>
      withContext(surroundings, command, context => testMail(context, address)),
    )
}

async function testMail({ client, out }: Context, to: string): Promise<void> {
  const sent = await (await client()).call('mail.test', { body: { to } })
  out.result(sent, () =>
    sent.kind === 'smtp'
      ? `The mail server ${sent.to} has taken the mail for ${to}. Look whether it arrived, also in the spam folder.`
      : `There is no mail server: the mail was written to ${sent.to}. Set SEAWORTHY_SMTP_URL to send mail.`,
  )
}

import { text as readAll } from 'node:stream/consumers'
import { createClient } from '@seaworthy/api/client'
import type { Command } from 'commander'
import { ask, askSecret } from '../ask.ts'
import { findPlatform } from '../connection.ts'
import { type Context, type Surroundings, withContext } from '../context.ts'
import { facts } from '../output.ts'
import { forgetProfile, profileFile, saveProfile } from '../profile.ts'

interface LoginOptions {
  email?: string
  passwordStdin?: boolean
}

export function addSessionCommands(program: Command, surroundings: Surroundings): void {
  program
    .command('login')
    .description('sign in to a platform and keep the token (mode 0600)')
    .option('--email <email>', 'whose sign-in; asked for when missing')
    .option('--password-stdin', 'read the password from standard input')
    .action((options: LoginOptions, command: Command) =>
      withContext(surroundings, command, context => login(context, options)),
    )
  program
    .command('logout')
    .description('end the session and forget the token')
    .action((_, command: Command) => withContext(surroundings, command, logout))
  program
    .command('whoami')
    .description('tell who is signed in, and where')
    .action((_, command: Command) => withContext(surroundings, command, whoami))
}

async function login(context: Context, options: LoginOptions): Promise<void> {
  const { env, out } = context
  const { baseUrl = `http://127.0.0.1:${env.SEAWORTHY_PORT ?? 4400}`, userAgent } = await findPlatform(
    env,
    context.options,
  )
  const email = options.email ?? (await ask(context, 'E-mail: ', '--email and --password-stdin'))
  const password = options.passwordStdin
    ? (await readAll(context.stdin)).replace(/\r?\n$/, '')
    : await askSecret(context, 'Password: ', '--password-stdin')
  const client = createClient({ baseUrl, userAgent })
  try {
    const session = await client.call('session.create', { body: { email, password } })
    await saveProfile(env, { url: baseUrl, token: session.token, email })
    out.result(
      { url: baseUrl, email, expiresAt: session.expiresAt },
      () => `Signed in to ${baseUrl} as ${email}.`,
    )
  } finally {
    client.close()
  }
}

async function logout({ env, out, client }: Context): Promise<void> {
  await (await client()).call('session.delete').catch(() => undefined)
  await forgetProfile(env)
  out.result({ signedOut: true }, () => 'Signed out.')
}

async function whoami({ env, out, options, client }: Context): Promise<void> {
  const platform = await findPlatform(env, options)
  const identity = await (await client()).call('session.get')
  const where = platform.socketPath ? 'this machine' : platform.baseUrl
  out.result({ ...identity, url: platform.baseUrl ?? null }, () =>
    facts([
      ['who', identity.kind === 'local' ? 'the administrator of this machine' : identity.email],
      ['where', where],
      ['profile', platform.socketPath ? null : profileFile(env)],
    ]),
  )
}

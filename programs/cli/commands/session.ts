import { text as readAll } from 'node:stream/consumers'
import type { ClientSession } from '@seaworthy/api'
import { type ApiClient, ApiError, createClient, type DataOf } from '@seaworthy/api/client'
import type { Command } from 'commander'
import { ask, askSecret } from '../ask.ts'
import { findPlatform } from '../connection.ts'
import { type Context, type Surroundings, withContext } from '../context.ts'
import { loginByDevice } from '../device-login.ts'
import { facts } from '../output.ts'
import { forgetProfile, profileFile, saveProfile } from '../profile.ts'
import { givenFactor } from '../second-factor.ts'

interface LoginOptions {
  email?: string
  passwordStdin?: boolean
  code?: string
}

export function addSessionCommands(program: Command, surroundings: Surroundings): void {
  program
    .command('login')
    .description('sign in to a platform in the browser, or by password, and keep the tokens (mode 0600)')
    .option('--email <email>', 'sign in by password; without it in the browser, with a code')
    .option('--password-stdin', 'read the password from standard input')
    .option('--code <code>', 'of the second factor, or a recovery code; asked for when needed')
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
  const {
    socketPath,
    baseUrl = await addressBehind(socketPath, env),
    userAgent,
  } = await findPlatform(env, context.options)
  const client = createClient({ baseUrl, userAgent })
  try {
    const session = await signIn(context, client, options)
    const email = session.identity.email ?? ''
    const { token, expiresAt, refreshToken, refreshExpiresAt = expiresAt } = session
    await saveProfile(env, { url: baseUrl, token, email, expiresAt, refreshToken })
    out.result(
      { url: baseUrl, email, expiresAt: refreshExpiresAt },
      () => `Signed in to ${baseUrl} as ${email}.`,
    )
  } finally {
    client.close()
  }
}

/** A person signs in where people do, wherever the platform of this machine listens. */
async function addressBehind(socketPath: string | undefined, env: NodeJS.ProcessEnv): Promise<string> {
  const usual = `http://127.0.0.1:${env.SEAWORTHY_PORT ?? 4400}`
  if (socketPath === undefined) return usual
  const local = createClient({ socketPath })
  try {
    return (await local.call('status.get')).urls.dashboard
  } catch {
    return usual // the socket file of a platform that was killed
  } finally {
    local.close()
  }
}

function signIn(context: Context, client: ApiClient, options: LoginOptions): Promise<ClientSession> {
  if (options.email === undefined && !options.passwordStdin)
    return loginByDevice({ client, show: started => showCode(context, started), signal: context.signal })
  return loginByPassword(context, client, options)
}

/** Also for scripts: somebody else may have to open the address. */
function showCode({ stderr }: Context, { verificationUrl, userCode }: DataOf<'device.start'>): void {
  stderr.write(`Open ${verificationUrl} in a browser and enter the code ${userCode}\nWaiting …\n`)
}

async function loginByPassword(
  context: Context,
  client: ApiClient,
  options: LoginOptions,
): Promise<ClientSession> {
  const email = options.email ?? (await ask(context, 'E-mail: ', '--email'))
  const password = options.passwordStdin
    ? (await readAll(context.stdin)).replace(/\r?\n$/, '')
    : await askSecret(context, 'Password: ', '--password-stdin')
  try {
    return await client.call('session.create', { body: { email, password, client: 'cli' } })
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'second_factor_needed') throw error
    const code = options.code ?? (await askCode(context, error))
    const pendingToken = String(error.problem.pendingToken)
    return client.call('session.finish', { body: { pendingToken, ...givenFactor(code), client: 'cli' } })
  }
}

async function askCode(context: Context, error: ApiError): Promise<string> {
  if (context.stdin.isTTY)
    return ask(context, 'Code of your authenticator app, or a recovery code: ', '--code')
  throw new ApiError({
    ...error.problem,
    status: 401,
    detail: `${error.detail} Say: seaworthy login --code CODE`,
  })
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

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { homedir, platform } from 'node:os'
import { join } from 'node:path'
import type { ClientOptions } from '@seaworthy/api/client'
import { UsageError } from './exit-codes.ts'
import { loadProfile } from './profile.ts'
import { ProfileTokens } from './profile-tokens.ts'

const DEFAULT_PORT = 4400
/** By which the list of sessions names this program. */
const USER_AGENT = `seaworthy-cli (${platform()})`

/** Everything the platform keeps on this machine. */
export function platformHome(env: NodeJS.ProcessEnv): string {
  return env.SEAWORTHY_HOME ?? join(homedir(), '.local', 'share', 'seaworthy')
}

/** The control plane's socket: who may open it administers this machine, so it needs no sign-in. */
export function controlSocket(env: NodeJS.ProcessEnv): string {
  return join(platformHome(env), 'run', 'control-plane.sock')
}

/**
 * Which platform a command speaks to. An address given by option or environment wins, then the profile that
 * `login` saved, then the platform on this machine.
 */
export async function findPlatform(
  env: NodeJS.ProcessEnv,
  options: { url?: string; token?: string },
): Promise<ClientOptions> {
  return { ...(await placeOf(env, options)), userAgent: USER_AGENT }
}

/**
 * For what only the machine itself may do: its own platform, whoever is signed in here. An address given by option or
 * environment wins, and is told there that this is not its machine.
 */
export async function findPlatformHere(
  env: NodeJS.ProcessEnv,
  options: { url?: string; token?: string },
): Promise<ClientOptions> {
  const isNamed = (options.url ?? (await setting(env, 'SEAWORTHY_URL'))) !== undefined
  const socketPath = controlSocket(env)
  if (isNamed || !existsSync(socketPath)) return findPlatform(env, options)
  return { socketPath, userAgent: USER_AGENT }
}

async function placeOf(
  env: NodeJS.ProcessEnv,
  options: { url?: string; token?: string },
): Promise<ClientOptions> {
  const url = options.url ?? (await setting(env, 'SEAWORTHY_URL'))
  if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw new UsageError(`"${url}" is no address of a platform. Write it like http://127.0.0.1:4400.`)
  const token = options.token ?? (await setting(env, 'SEAWORTHY_TOKEN'))
  const profile = url === undefined ? await loadProfile(env) : await profileFor(env, url)
  if (url !== undefined)
    return { baseUrl: url, token: token ?? (profile && new ProfileTokens({ env, profile })) }
  if (profile) return { baseUrl: profile.url, token: token ?? new ProfileTokens({ env, profile }) }
  if (token === undefined && existsSync(controlSocket(env))) return { socketPath: controlSocket(env) }
  return { baseUrl: `http://127.0.0.1:${env.SEAWORTHY_PORT ?? DEFAULT_PORT}`, token }
}

/** A token is only ever sent to the platform that gave it. */
async function profileFor(env: NodeJS.ProcessEnv, url: string) {
  const profile = await loadProfile(env)
  return profile && new URL(profile.url).origin === new URL(url).origin ? profile : undefined
}

async function setting(env: NodeJS.ProcessEnv, name: string): Promise<string | undefined> {
  if (env[name] !== undefined) return env[name]
  const file = env[`${name}_FILE`]
  return file === undefined ? undefined : (await readFile(file, 'utf8')).replace(/\r?\n$/, '')
}

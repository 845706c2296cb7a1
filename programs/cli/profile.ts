import { randomUUID } from 'node:crypto'
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** What `login` keeps: which platform, and the tokens for it. */
export interface Profile {
  url: string
  /** The access token. */
  token: string
  email: string
  /** When the access token expires: ISO 8601. */
  expiresAt?: string | undefined
  /** For the next access token; it changes with each. Missing where an older version signed in. */
  refreshToken?: string | undefined
}

export function profileFile(env: NodeJS.ProcessEnv): string {
  const home = env.HOME ?? env.USERPROFILE ?? '.'
  return join(env.XDG_CONFIG_HOME ?? join(home, '.config'), 'seaworthy', 'profile.json')
}

export async function loadProfile(env: NodeJS.ProcessEnv): Promise<Profile | undefined> {
  try {
    return JSON.parse(await readFile(profileFile(env), 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Error(
      `Could not read ${profileFile(env)}: ${(error as Error).message}. Sign in again with: seaworthy login`,
    )
  }
}

/** Readable by the user alone (mode 0600): it holds a token. */
export async function saveProfile(env: NodeJS.ProcessEnv, profile: Profile): Promise<void> {
  const file = profileFile(env)
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const part = `${file}.${randomUUID()}`
  await writeFile(part, `${JSON.stringify(profile, null, 2)}\n`, { mode: 0o600 })
  await chmod(part, 0o600)
  await rename(part, file)
}

export async function forgetProfile(env: NodeJS.ProcessEnv): Promise<void> {
  await rm(profileFile(env), { force: true })
}

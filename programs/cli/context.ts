import { basename } from 'node:path'
import { type ApiClient, createClient } from '@seaworthy/api/client'
import type { Command } from 'commander'
import { findPlatform } from './connection.ts'
import { UsageError } from './exit-codes.ts'
import { Output } from './output.ts'

/** The world of one invocation: nothing below reads `process` itself. */
export interface Surroundings {
  env: NodeJS.ProcessEnv
  stdin: NodeJS.ReadStream
  stdout: NodeJS.WriteStream
  stderr: NodeJS.WriteStream
  cwd: string
}

export interface GlobalOptions {
  json?: boolean
  url?: string
  token?: string
  app?: string
}

/** What a command works with. */
export interface Context extends Surroundings {
  out: Output
  options: GlobalOptions
  /** Aborts on Ctrl-C. */
  signal: AbortSignal
  client(): Promise<ApiClient>
}

export async function withContext(
  surroundings: Surroundings,
  command: Command,
  work: (context: Context) => Promise<void>,
): Promise<void> {
  const options = command.optsWithGlobals<GlobalOptions>()
  const interrupted = new AbortController()
  const onInterrupt = () => interrupted.abort()
  process.once('SIGINT', onInterrupt)
  let client: ApiClient | undefined
  try {
    await work({
      ...surroundings,
      options,
      out: new Output({ ...surroundings, json: options.json ?? false }),
      signal: interrupted.signal,
      client: async () => {
        client ??= createClient(await findPlatform(surroundings.env, options))
        return client
      },
    })
  } finally {
    process.off('SIGINT', onInterrupt)
    client?.close()
  }
}

/**
 * The app a command is about: `--app`, else SEAWORTHY_APP, else the app named like the folder we stand in, else the
 * only app there is.
 */
export async function chooseApp({ options, env, cwd, client }: Context): Promise<string> {
  const named = options.app ?? env.SEAWORTHY_APP
  if (named !== undefined) return named
  const apps = (await (await client()).page('apps.list', { query: { limit: 100 } })).data
  const here = apps.find(app => app.slug === slugFrom(basename(cwd)))
  const chosen = here ?? (apps.length === 1 ? apps[0] : undefined)
  if (chosen) return chosen.slug
  if (apps.length === 0) throw new UsageError('There is no app yet. Deploy one with: seaworthy deploy DIR')
  const names = apps.slice(0, 10).map(app => app.slug)
  throw new UsageError(
    `Which app? Say --app SLUG. There are: ${names.join(', ')}${apps.length > 10 ? ', …' : ''}.`,
  )
}

/** A slug made of any name: `My Shop!` → `my-shop`. */
export function slugFrom(name: string): string {
  return name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '')
}

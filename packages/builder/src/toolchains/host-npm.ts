import { accessSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { ToolchainUnavailable } from '../errors.ts'
import { type ProgramResult, runProgram } from '../run-program.ts'

/** The npm of this host, run with the platform's own Node: it fetches tool chains and knows the user's registry. */
export interface HostNpm {
  /** The folder of the npm package. */
  readonly directory: string
  run(args: readonly string[], options?: { cwd?: string; signal?: AbortSignal }): Promise<ProgramResult>
}

/** @throws {ToolchainUnavailable} where there is no npm */
export function findHostNpm(env: NodeJS.ProcessEnv = process.env): HostNpm {
  const cli = candidates(env).map(existingNpmCli).find(Boolean)
  if (!cli) {
    throw new ToolchainUnavailable(
      'npm was not found on this server. Install Node.js with npm, and see that npm is in the PATH of the platform.',
    )
  }
  return {
    directory: dirname(dirname(cli)),
    run: (args, options) =>
      runProgram(process.execPath, [cli, '--loglevel=error', ...args], { ...options, env: npmEnv(env, cli) }),
  }
}

function candidates(env: NodeJS.ProcessEnv): string[] {
  const folders = (env.PATH ?? '').split(delimiter).filter(folder => folder !== '')
  const bundled = join(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js')
  return [env.npm_execpath ?? '', bundled, ...folders.map(folder => join(folder, 'npm'))]
}

function existingNpmCli(path: string): string | undefined {
  try {
    const real = realpathSync(path)
    accessSync(real)
    return real.endsWith('npm-cli.js') ? real : undefined
  } catch {
    return undefined
  }
}

/**
 * When `npm start` runs the platform, npm describes that project in variables, among them `npm_config_local_prefix`:
 * without them the fetch works in its own folder. The user's settings (`npm_config_registry` …) stay; so does the global
 * npmrc, which npm looks for beside the Node that runs it: that is the platform's here, not the user's.
 */
function npmEnv(env: NodeJS.ProcessEnv, cli: string): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !PROJECT_VARIABLE.test(name) && name !== 'NODE_ENV')
  const [prefix, inPackage] = cli.split('/lib/node_modules/npm/')
  const own = inPackage ? { npm_config_globalconfig: `${prefix}/etc/npmrc` } : {}
  return { ...own, ...Object.fromEntries(kept) }
}

const PROJECT_VARIABLE =
  /^npm_(package|lifecycle|command|execpath|node_execpath|config_(local_prefix|prefix|global|globalconfig|workspace|workspaces|omit|include|node_gyp|init_module|dry_run|save.*)$)/i

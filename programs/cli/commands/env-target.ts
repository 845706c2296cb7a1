/** Whose variables a command is about: those of an app, or those that a team shares. */
import type { Command } from 'commander'
import { type Context, chooseApp, type GlobalOptions } from '../context.ts'
import { UsageError } from '../exit-codes.ts'

export type EnvTarget =
  | { kind: 'app'; slug: string }
  /** `all`: every environment of the team. */
  | { kind: 'team'; team: string; environment: string }

interface TargetOptions extends GlobalOptions {
  team?: string
  environment?: string
}

export function addTargetOptions(command: Command): Command {
  return command
    .option('--team <team>', 'the variables that this team shares with its apps')
    .option('--environment <name>', "with --team: only those of apps in this environment; 'all' when missing")
}

export async function chooseTarget(context: Context): Promise<EnvTarget> {
  const { team, environment, app } = context.options as TargetOptions
  if (team === undefined && environment !== undefined)
    throw new UsageError('--environment goes with --team. Put an app into one with: seaworthy env use NAME')
  if (team === undefined) return { kind: 'app', slug: await chooseApp(context) }
  if (app !== undefined) throw new UsageError('Say either --app or --team.')
  return { kind: 'team', team, environment: environment ?? 'all' }
}

/** For messages: `shop`, `team sales`, `team sales in staging`. */
export function targetName(target: EnvTarget): string {
  if (target.kind === 'app') return target.slug
  return target.environment === 'all' ? `team ${target.team}` : `team ${target.team} in ${target.environment}`
}

export function paramsOf({ team, environment }: EnvTarget & { kind: 'team' }) {
  return { team, environment }
}

/** `v3` or `3`. */
export function parseVersion(text: string): number {
  if (!/^v?\d{1,9}$/.test(text)) throw new UsageError(`"${text}" is not a version such as v3.`)
  return Number(text.replace('v', ''))
}

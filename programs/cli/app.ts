import { ApiError, ApiUnreachable } from '@seaworthy/api/client'
import { Command, CommanderError, Option } from 'commander'
import { addAccessCommands } from './commands/access.ts'
import { addAccountCommands } from './commands/account.ts'
import { addApprovalCommands } from './commands/approvals.ts'
import { addAppCommands } from './commands/apps.ts'
import { addAuditCommands } from './commands/audit.ts'
import { addCacheCommands } from './commands/cache.ts'
import { addCanaryCommands } from './commands/canary.ts'
import { addDeployCommands } from './commands/deploy.ts'
import { addDiskCommands } from './commands/disk.ts'
import { addDockerfileCommands } from './commands/dockerfile.ts'
import { addDomainCommands } from './commands/domains.ts'
import { addEnvCommands } from './commands/env.ts'
import { addExecCommands } from './commands/exec.ts'
import { addFileCommands } from './commands/files.ts'
import { addImageCommands } from './commands/images.ts'
import { addInstallCommands } from './commands/install.ts'
import { addInstanceCommands } from './commands/instances.ts'
import { addInvitationCommands } from './commands/invitations.ts'
import { addKeyCommands } from './commands/keys.ts'
import { addLimitCommands } from './commands/limits.ts'
import { addLogCommands } from './commands/logs.ts'
import { addMailCommands } from './commands/mail.ts'
import { addOwnDataCommands } from './commands/own-data.ts'
import { addPeopleCommands } from './commands/people.ts'
import { addPlatformCommands } from './commands/platform.ts'
import { addQuotaCommands } from './commands/quotas.ts'
import { addReleaseCommands } from './commands/releases.ts'
import { addRequestCommands } from './commands/requests.ts'
import { addSessionCommands } from './commands/session.ts'
import { addSessionsCommands } from './commands/sessions.ts'
import { addTeamCommands } from './commands/teams.ts'
import { addTokenCommands } from './commands/tokens.ts'
import { addTrafficCommands } from './commands/traffic.ts'
import { addTrashCommands } from './commands/trash.ts'
import { addVisitCommands } from './commands/visits.ts'
import { addVolumeCommands } from './commands/volumes.ts'
import type { Surroundings } from './context.ts'
import { CommandFailed, EXIT, exitCodeOf, UsageError } from './exit-codes.ts'
import { Output } from './output.ts'

/**
 * Runs one command.
 * @param args without the program's own name
 * @returns the exit code (see `EXIT`)
 */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const program = createProgram(surroundings)
  try {
    await program.parseAsync([...args], { from: 'user' })
    return EXIT.ok
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    const out = new Output({ ...surroundings, json: args.includes('--json') })
    if (!(error instanceof CommandFailed)) report(error, out)
    return exitCodeOf(error)
  }
}

/** Every command, before any is run: `run` parses with it, and docs/reference/cli.md is made from it. */
export function createProgram(surroundings: Surroundings): Command {
  const program = new Command('seaworthy')
    .description('Push code, and it is built, released, run, routed and observed on your own server.')
    .exitOverride()
    .configureOutput({
      writeOut: text => surroundings.stdout.write(text),
      writeErr: text => surroundings.stderr.write(text),
    })
    .showHelpAfterError('(see: seaworthy help)')
    .addOption(new Option('--json', 'print JSON for scripts'))
    .addOption(new Option('--url <url>', 'the platform to speak to (SEAWORTHY_URL)'))
    .addOption(new Option('--token <token>', 'a token for it (SEAWORTHY_TOKEN)'))
    .addOption(new Option('-a, --app <slug>', 'the app (SEAWORTHY_APP)'))
  const groups = [
    addPlatformCommands,
    addSessionCommands,
    addSessionsCommands,
    addAccountCommands,
    addDeployCommands,
    addDockerfileCommands,
    addAppCommands,
    addReleaseCommands,
    addCanaryCommands,
    addApprovalCommands,
    addTrafficCommands,
    addLimitCommands,
    addCacheCommands,
    addLogCommands,
    addRequestCommands,
    addVisitCommands,
    addDomainCommands,
    addEnvCommands,
    addInstanceCommands,
    addExecCommands,
    addFileCommands,
    addDiskCommands,
    addInstallCommands,
    addTrashCommands,
    addImageCommands,
    addVolumeCommands,
    addKeyCommands,
    addTeamCommands,
    addInvitationCommands,
    addAccessCommands,
    addTokenCommands,
    addQuotaCommands,
    addAuditCommands,
    addOwnDataCommands,
    addPeopleCommands,
    addMailCommands,
  ]
  for (const addCommands of groups) addCommands(program, surroundings)
  inheritSettings(program)
  return program
}

/** Subcommands throw instead of ending the process, like the program itself. */
function inheritSettings(program: Command): void {
  for (const command of program.commands) {
    command.copyInheritedSettings(program)
    inheritSettings(command)
  }
}

function report(error: unknown, out: Output): void {
  if (error instanceof ApiError) {
    const fields = error.errors.map(field => `\n  ${field.path}: ${field.message}`).join('')
    const isToldHow = error.status !== 401 || error.detail.includes('seaworthy login')
    const hint = isToldHow ? '' : ' Sign in with: seaworthy login'
    out.problem({
      code: error.code,
      message: `${error.detail}${hint}${out.json ? '' : fields}`,
      status: error.status,
      errors: error.errors,
      requestId: error.requestId,
    })
    return
  }
  const code =
    error instanceof UsageError ? 'usage' : error instanceof ApiUnreachable ? 'unreachable' : 'failed'
  out.problem({ code, message: error instanceof Error ? error.message : String(error) })
}

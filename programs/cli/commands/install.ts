import { isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { type Context, type Surroundings, withContext } from '../context.ts'
import { CommandFailed, UsageError } from '../exit-codes.ts'
import { applyStep, changeOf } from '../install/apply-steps.ts'
import {
  checkServer,
  type Finding,
  type InstallWishes,
  planInstall,
  planUninstall,
  type ServerFacts,
  type Step,
} from '../install/install-plan.ts'
import { readServerFacts } from '../install/server-facts.ts'
import { table } from '../output.ts'
import { CONTROL_PLANE_ENV, CONTROL_PLANE_FLAGS } from '../platform-process.ts'

const PROGRAM = fileURLToPath(new URL('../../..', import.meta.url))

interface InstallOptions {
  home: string
  user?: string
  httpPort: string
  httpsPort: string
  baseDomain: string
  root: string
  dryRun?: boolean
}

export function addInstallCommands(program: Command, surroundings: Surroundings): void {
  program
    .command('install')
    .description(
      'make the platform start with this server: checks it, then writes settings and a systemd unit',
    )
    .option('--dry-run', 'only check, and show every change')
    .option('--home <folder>', 'where the platform keeps everything', '/var/lib/seaworthy')
    .option('--user <name>', 'run as this user instead of root; apps are then not kept apart')
    .option('--http-port <port>', 'of the edge', '80')
    .option('--https-port <port>', 'of the edge', '443')
    .option('--base-domain <name>', 'apps answer at <slug>.<name>', 'localhost')
    .option('--root <folder>', 'write below this folder, for an image of a server, and run nothing', '/')
    .action((options: InstallOptions, command: Command) =>
      withContext(surroundings, command, context => install(context, options)),
    )
  program
    .command('uninstall')
    .description('let the server start without the platform; apps and all data stay')
    .option('--dry-run', 'only show what would be done')
    .action((options: { dryRun?: boolean }, command: Command) =>
      withContext(surroundings, command, async context =>
        carryOut(context, planUninstall(), { ...options, root: '/' }),
      ),
    )
}

async function install(context: Context, options: InstallOptions): Promise<void> {
  const wishes = readWishes(options)
  const facts = await readServerFacts({ ...wishes, ports: [wishes.httpPort, wishes.httpsPort] })
  const isHere = options.root === '/'
  const findings = checkServer(facts, wishes)
  showFindings(context, findings)
  // What an image is made on is not what will run it.
  if (isHere && !options.dryRun && findings.some(({ verdict }) => verdict === 'no'))
    throw new CommandFailed('the server is not ready')
  carryOut(context, planInstall(facts, wishes), options)
  if (isHere && !options.dryRun) context.out.progress(nextStep(facts, wishes))
}

/** The edge and the apps go on while the control plane is started anew, so when that is done is for the owner to say. */
function nextStep({ isRunning }: ServerFacts, { home }: InstallWishes): string {
  return isRunning
    ? 'Installed. It still runs as it was started; to take over what is new: systemctl restart seaworthy'
    : `Installed. Its one-time setup link: SEAWORTHY_HOME=${home} npx seaworthy up`
}

function readWishes({ home, user, httpPort, httpsPort, baseDomain }: InstallOptions): InstallWishes {
  if (!isAbsolute(home) || /\s/.test(home)) throw new UsageError('--home is an absolute path without spaces.')
  if (user !== undefined && !/^[a-z_][a-z0-9_-]{0,31}$/.test(user))
    throw new UsageError(`"${user}" is no name of a user.`)
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(baseDomain))
    throw new UsageError(`"${baseDomain}" is no domain.`)
  return {
    ...{ home: resolve(home), user, baseDomain, program: resolve(PROGRAM), node: process.execPath },
    ...{ httpPort: readPort(httpPort), httpsPort: readPort(httpsPort) },
    ...{ flags: CONTROL_PLANE_FLAGS, env: CONTROL_PLANE_ENV },
  }
}

function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port < 1 || port > 65_535) throw new UsageError(`"${text}" is no port: a number from 1 to 65535.`)
  return port
}

const MARKS = { ok: '✓', careful: '!', no: '✗' } as const

function showFindings({ out }: Context, findings: readonly Finding[]): void {
  out.progress(
    table(
      ['', 'CHECK', 'FOUND'],
      findings.map(({ verdict, about, text }) => [MARKS[verdict], about, text]),
    ),
  )
}

function carryOut(
  { out }: Context,
  steps: readonly Step[],
  { root, dryRun }: { root: string; dryRun?: boolean },
): void {
  const ground = { root: join(root) }
  const changes = steps.flatMap(step => {
    const change = changeOf(step, ground)
    if (change !== undefined && !dryRun) applyStep(step, ground)
    return change ?? []
  })
  const headline = dryRun ? 'This would be done:' : 'Done:'
  out.result({ dryRun: dryRun ?? false, changes }, () =>
    changes.length === 0 ? 'Nothing has to change.' : [headline, ...changes].join('\n'),
  )
}

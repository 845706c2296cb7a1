import { type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:fs'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { CommandStartFailed } from './errors.ts'
import { withoutGivenRights } from './given-rights.ts'
import { readLinuxProcess, readProcess } from './process-table.ts'

/** One command, with everything decided: what to join, mount, become and run. */
export interface Launch {
  argv: readonly string[]
  directory: string
  env: Readonly<Record<string, string>>
  output: { stdout: string; stderr: string }
  /** cgroup.procs files to join. */
  joinFiles: readonly string[]
  /** How many files it may have open; only by the launcher, so where it joins a cgroup or is confined. */
  openFiles?: number
  /** Our own open files that the command must not get: it finds /dev/null in their place. */
  inheritedDescriptors?: readonly number[]
  /** Undefined: the command runs as the platform's own user and sees its files. */
  confinement?: Confinement
}

export interface Confinement {
  /** uid and gid. */
  userId: number
  /** In this order, so that a later one may cover an earlier one's source. */
  mounts: readonly {
    source: string
    target: string
    writable: boolean
    /** The command's view gets the target where the host has none. */
    makesRoom?: boolean
  }[]
  /** Folders that appear empty and closed. */
  hidden: readonly string[]
  /** Folders of the host that everybody may write: the command gets empty ones of its own in their place. */
  scratch: readonly string[]
  /** Other users' processes are left out of /proc. */
  privateProc: boolean
}

/** A child of ours that is on its way. */
export interface Launched {
  pid: number
  pidStartTicks: number
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  /** Lets our process end although the command runs on. */
  unref(): void
}

const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW } = constants

type Stdio = NonNullable<Exclude<SpawnOptions['stdio'], string>>

/** The descriptor on which launch.sh says how it went. */
const REPORT = 3

/** The one PATH that the launcher, which is root, looks for programs in. Never the app's. */
const LAUNCHER_PATH = '/usr/sbin:/usr/bin:/sbin:/bin'
const LAUNCH_SCRIPT = join(import.meta.dirname, 'launch.sh')

/** Starts a command in a session of its own. Resolves once it is on its way; rejects with `CommandStartFailed`. */
export async function launch(plan: Launch): Promise<Launched> {
  await using stdout = await openOutput(plan.output.stdout, plan.confinement?.userId)
  await using stderr = await openOutput(plan.output.stderr, plan.confinement?.userId)
  await using nothing = await open('/dev/null', 'r')
  const isPlain = plan.joinFiles.length === 0 && plan.confinement === undefined
  const covered = plan.inheritedDescriptors ?? []
  const stdio: Stdio = Array(Math.max(REPORT, ...covered) + 1).fill(null) // null: left alone
  for (const descriptor of [0, ...covered]) stdio[descriptor] = nothing.fd
  stdio[1] = stdout.fd
  stdio[2] = stderr.fd
  return await (isPlain ? launchPlainly(plan, stdio) : launchByScript(plan, stdio))
}

async function openOutput(file: string, userId: number | undefined): Promise<FileHandle> {
  await mkdir(dirname(file), { recursive: true })
  // Never through a link: whoever may write the folder could lead us, as root, to any file.
  const handle = await open(file, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW, 0o640)
  // So that the app may open /dev/stdout and /dev/stderr, which leads back to this file.
  if (userId !== undefined) await handle.chown(userId, userId)
  return handle
}

async function launchPlainly({ argv, directory, env }: Launch, stdio: Stdio): Promise<Launched> {
  const { launched } = await spawnDetached([...withoutGivenRights(), ...argv], { cwd: directory, env, stdio })
  return launched
}

async function launchByScript(plan: Launch, stdio: Stdio): Promise<Launched> {
  const { launched, report } = await spawnDetached(scriptArguments(plan), {
    cwd: '/',
    env: { PATH: LAUNCHER_PATH },
    stdio: stdio.with(REPORT, 'pipe'),
  })
  const said = (await text(report!)).trim()
  if (said === 'ready') return launched
  throw new CommandStartFailed(
    'The sandbox of this command could not be set up on this host. The log of the platform has the details.',
    { details: { report: said } },
  )
}

/** The argv of the launcher: see launch.sh. */
function scriptArguments({ argv, directory, env, joinFiles, openFiles, confinement }: Launch): string[] {
  const environment = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  return [
    ...(confinement ? ['unshare', '--mount', '--ipc', '--propagation', 'private', '--'] : []),
    '/bin/sh',
    LAUNCH_SCRIPT,
    ...joinFiles.flatMap(file => ['--cgroup', file]),
    ...(openFiles === undefined ? [] : ['--open-files', String(openFiles)]),
    ...(confinement ? confinementArguments(confinement) : []),
    ...['--directory', directory, '--', ...environment, ...argv],
  ]
}

function confinementArguments({ userId, mounts, hidden, scratch, privateProc }: Confinement): string[] {
  return [
    ...mounts.flatMap(({ source, target, writable, makesRoom }) =>
      makesRoom ? ['--volume', source, target] : ['--mount', source, target, writable ? 'rw' : 'ro'],
    ),
    ...hidden.flatMap(folder => ['--hide', folder]),
    ...scratch.flatMap(folder => ['--scratch', folder]),
    ...(privateProc ? ['--proc'] : []),
    ...['--user', String(userId)],
  ]
}

/** Spawns in a session of its own, so that neither our death nor a Ctrl-C in our terminal reaches the command. */
async function spawnDetached(
  [command = '', ...args]: readonly string[],
  options: SpawnOptions,
): Promise<{ launched: Launched; report: Readable | undefined }> {
  const child = spawn(command, args, { ...options, detached: true })
  // All at once, before the next turn: a short command may be gone by then.
  const facts = process.platform === 'linux' && child.pid ? readLinuxProcess(child.pid) : undefined
  const ended = new Promise<Awaited<Launched['ended']>>(resolve => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
  await once(child, 'spawn').catch(({ code }: NodeJS.ErrnoException) => {
    // Node's error lists the arguments, and with them the variables of the app: it must not reach a log.
    throw Object.assign(new Error(`spawn ${command} ${code}`), { code })
  })
  const pid = child.pid! // known once 'spawn' fired
  const pidStartTicks = (facts ?? (await readProcess(pid)))?.startTicks ?? 0
  return {
    launched: { pid, pidStartTicks, ended, unref: () => child.unref() },
    report: (child.stdio[REPORT] ?? undefined) as Readable | undefined,
  }
}

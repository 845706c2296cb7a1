import { readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isRunning } from '../adopted-command.ts'
import { withoutGivenRights } from '../given-rights.ts'
import { ProcessGroupTree } from '../process-group-tree.ts'
import { readProcess } from '../process-table.ts'
import type { CommandHandle } from '../sandbox.ts'
import type { AttachedCommand, AttachSpec } from './attached-command.ts'
import { CommandNotRunning } from './errors.ts'
import { startWithPipes } from './piped-process.ts'
import { type StartedProcess, startInTerminal } from './terminal-process.ts'

export interface AttachPlan extends AttachSpec {
  /** Unique among the attached commands of this host. */
  id: string
  /** What runs. */
  handle: CommandHandle
  /** cgroup.procs files of what runs. */
  joinFiles: readonly string[]
  /** Whether what runs has a user and namespaces of its own. */
  isConfined: boolean
}

const ENTER_SCRIPT = join(import.meta.dirname, 'enter.sh')
const ENTER_PATH = '/usr/sbin:/usr/bin:/sbin:/bin'
/** After the terminal was hung up. */
const HANG_UP_MS = 1_000
/** Only what hangs in the kernel takes longer to die. */
const GIVE_UP_MS = 10_000
const LAUNCH_MS = 2_000
const POLL_MS = 20
/** Tells one attached command from another where there are no cgroups. */
const ATTACHED = 'SEAWORTHY_ATTACHED'

/** Namespaces that may differ from ours, with what nsenter calls them. */
const NAMESPACES = { mnt: '--mount', uts: '--uts', ipc: '--ipc', net: '--net', pid: '--pid' } as const

/** Starts a command beside one that runs. @throws CommandNotRunning when that one is gone */
export async function attachCommand(plan: AttachPlan): Promise<AttachedCommand> {
  await waitUntilItself(plan)
  if (!(await isRunning(plan.handle))) throw new CommandNotRunning()
  const { pid } = plan.handle
  const tree = new ProcessGroupTree({ scope: `attached-${process.pid}` })
  const hasCgroups = plan.joinFiles.length > 0
  const mark = hasCgroups ? tree.environment(plan.id) : { [ATTACHED]: plan.id }
  const env = { ...environmentOf(pid), ...(plan.terminal ? { TERM: 'xterm-256color' } : {}), ...mark }
  const options = {
    argv: [
      ...withoutGivenRights(),
      '/bin/sh',
      ENTER_SCRIPT,
      ...enterArguments(plan),
      '--',
      ...pairsOf(env),
      ...plan.argv,
    ],
    env: { PATH: ENTER_PATH },
    directory: plan.isConfined ? '/' : (linkOf(`/proc/${pid}/cwd`) ?? '/'),
  }
  const started = await (plan.terminal
    ? startInTerminal({ ...options, size: plan.terminal })
    : startWithPipes(options))
  const attached = await withEnd(started, plan.id, tree)
  if (hasCgroups) return attached
  await waitUntilMarked(started, plan.id)
  if (await isRunning(plan.handle)) return attached
  await attached.end()
  throw new CommandNotRunning()
}

/**
 * Without cgroups, whoever stops what runs finds this one by the variables that both have, and this one gets them with
 * its last `exec`. A stop in the moment before would miss it.
 */
async function waitUntilMarked({ pid, exited }: StartedProcess, id: string): Promise<void> {
  if (process.platform !== 'linux') return
  let hasEnded = false
  void exited.then(() => {
    hasEnded = true
  })
  const deadline = performance.now() + LAUNCH_MS
  while (!hasEnded && performance.now() < deadline) {
    if (readOptional(`/proc/${pid}/environ`)?.includes(`${ATTACHED}=${id}`)) return
    await sleep(POLL_MS)
  }
}

/**
 * A command that has just begun is still its launcher: root, and without its variables. TMPDIR is among those of every
 * command; one that wrote over its own environment is not waited for long.
 */
async function waitUntilItself({ handle: { pid }, isConfined }: AttachPlan): Promise<void> {
  if (!isConfined) return
  const deadline = performance.now() + LAUNCH_MS
  while (performance.now() < deadline) {
    const user = readOptional(`/proc/${pid}/status`)
    if (user === undefined) return
    if (!/^Uid:\t0\t/m.test(user) && 'TMPDIR' in environmentOf(pid)) return
    await sleep(POLL_MS)
  }
}

function enterArguments({ handle, joinFiles, isConfined }: AttachPlan): string[] {
  const cgroups = joinFiles.flatMap(file => ['--cgroup', file])
  if (!isConfined) return cgroups
  const flags = Object.entries(NAMESPACES)
    .filter(([name]) => linkOf(`/proc/${handle.pid}/ns/${name}`) !== linkOf(`/proc/self/ns/${name}`))
    .map(([, flag]) => flag)
  return [...cgroups, '--into', `${handle.pid}`, flags.join(' '), '--user', userOf(handle.pid)]
}

/** proc_pid_status(5). A command that is not its app's user yet is about to become it. */
function userOf(pid: number): string {
  const user = /^Uid:\t(\d+)/m.exec(readOrGone(`/proc/${pid}/status`))?.[1]
  if (user === undefined || user === '0') throw new CommandNotRunning()
  return user
}

/** As it was at the start of what runs. */
function environmentOf(pid: number): Record<string, string> {
  const pairs = readOrGone(`/proc/${pid}/environ`).split('\0')
  return Object.fromEntries(
    pairs.flatMap(pair => {
      const at = pair.indexOf('=')
      return at > 0 ? [[pair.slice(0, at), pair.slice(at + 1)]] : []
    }),
  )
}

function readOrGone(file: string): string {
  const content = readOptional(file)
  if (content === undefined) throw new CommandNotRunning()
  return content
}

function readOptional(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

function pairsOf(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`)
}

async function withEnd(
  started: StartedProcess,
  id: string,
  tree: ProcessGroupTree,
): Promise<AttachedCommand> {
  const pidStartTicks = (await readProcess(started.pid))?.startTicks ?? 0
  const handle = { id, pid: started.pid, pidStartTicks }
  let ending: Promise<void> | undefined
  const end = () => {
    ending ??= endTree(handle, tree)
    return ending
  }
  // What it left behind in the background goes with it.
  const exited = started.exited.then(async exit => {
    await end()
    return exit
  })
  return { ...started, exited, end }
}

async function endTree(handle: CommandHandle, tree: ProcessGroupTree): Promise<void> {
  await tree.signal(handle, 'SIGHUP')
  const began = performance.now()
  while ((await tree.pids(handle)).length > 0 && performance.now() < began + GIVE_UP_MS) {
    if (performance.now() > began + HANG_UP_MS) await tree.kill(handle)
    await sleep(POLL_MS)
  }
}

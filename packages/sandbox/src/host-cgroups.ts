import { readFileSync } from 'node:fs'
import { mkdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from '@seaworthy/kit'
import { readCgroupFile, removeEmptyCgroup, writeCgroupFile } from './cgroup-files.ts'
import { CgroupV1Tree, fillCpuset, type V1Controllers } from './cgroup-v1-tree.ts'
import { CgroupV2Tree } from './cgroup-v2-tree.ts'
import type { CommandTree } from './command-tree.ts'

/** For commands that name no limit: enough for a parallel build, and the end of a fork bomb. */
const DEFAULT_PROCESSES = 1024

/** The cgroups that we may write on this host (v2 before v1), or undefined. `name` is our parent cgroup. */
export async function findCgroups({
  name,
  log,
}: {
  name: string
  log: Logger
}): Promise<CommandTree | undefined> {
  const mounts = parseCgroupMounts(readMountInfo())
  return (await openV2(mounts.v2, name, log)) ?? (await openV1(mounts.v1, name, log))
}

export interface CgroupMounts {
  v2?: string
  v1: V1Controllers
}

const V1_CONTROLLERS = ['memory', 'cpu', 'cpuacct', 'pids', 'cpuset'] as const
/** Without it no limit is missed. */
const OPTIONAL = 'cpuset'

/** Where cgroups are mounted, from /proc/self/mountinfo (proc_pid_mountinfo(5)). */
export function parseCgroupMounts(mountInfo: string): CgroupMounts {
  const mounts: CgroupMounts = { v1: {} }
  for (const line of mountInfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ')
    const folder = before.split(' ')[4]
    const [kind, , options = ''] = after.split(' ')
    if (folder === undefined) continue
    if (kind === 'cgroup2') mounts.v2 ??= folder
    if (kind !== 'cgroup') continue
    for (const name of V1_CONTROLLERS) if (options.split(',').includes(name)) mounts.v1[name] ??= folder
  }
  return mounts
}

function readMountInfo(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8')
  } catch {
    return ''
  }
}

const V2_CONTROLLERS = ['memory', 'cpu', 'pids'] as const

async function openV2(
  mount: string | undefined,
  name: string,
  log: Logger,
): Promise<CommandTree | undefined> {
  // On a host that still uses v1, v2 is mounted too, but has no controllers.
  if (mount === undefined || !V2_CONTROLLERS.some(controller => listOf(mount).has(controller)))
    return undefined
  const parent = join(mount, name)
  const made = await mkdir(parent, { recursive: true }).catch(() => false)
  if (made === false) return undefined // not root, or a container that may only look
  const controllers = await enableControllers(mount, parent)
  const missing = V2_CONTROLLERS.filter(controller => !controllers.has(controller))
  if (missing.length === V2_CONTROLLERS.length) {
    removeEmptyCgroup(parent)
    return undefined
  }
  if (missing.length > 0) log.warn({ missing }, 'some limits of apps cannot be enforced on this host')
  const ioWeights = controllers.has('io') && sharesDisksByWeight(mount, parent)
  return new CgroupV2Tree({ parent, controllers, ioWeights, defaultProcesses: DEFAULT_PROCESSES })
}

/**
 * Those that the children of `parent` have. One by one, since a kernel that lacks one (memory is off on many small
 * boards) refuses a list with it as a whole.
 */
async function enableControllers(mount: string, parent: string): Promise<Set<string>> {
  for (const controller of [...V2_CONTROLLERS, 'io', 'cpuset']) {
    for (const cgroup of [mount, parent])
      await writeCgroupFile(cgroup, 'cgroup.subtree_control', `+${controller}`).catch(() => undefined)
  }
  return listOf(parent, 'cgroup.subtree_control')
}

function listOf(cgroup: string, file = 'cgroup.controllers'): Set<string> {
  return new Set((readCgroupFile(cgroup, file) ?? '').split(/\s+/).filter(Boolean))
}

/** The scheduler BFQ shows in the cgroups' files; io.cost always does, and holds only where a disk has it switched on. */
function sharesDisksByWeight(mount: string, parent: string): boolean {
  if (/\benable=1\b/.test(readCgroupFile(mount, 'io.cost.qos') ?? '')) return true
  return readCgroupFile(parent, 'io.bfq.weight') !== undefined
}

async function openV1(found: V1Controllers, name: string, log: Logger): Promise<CommandTree | undefined> {
  const controllers: V1Controllers = {}
  for (const controller of V1_CONTROLLERS) {
    const folder = found[controller]
    if (folder !== undefined && (await isWritable(folder, name, controller))) controllers[controller] = folder
  }
  if (Object.keys(controllers).length === 0) return undefined
  const missing = V1_CONTROLLERS.filter(one => one !== OPTIONAL && controllers[one] === undefined)
  if (missing.length > 0) log.warn({ missing }, 'some limits of apps cannot be enforced on this host')
  return new CgroupV1Tree({ controllers, name, defaultProcesses: DEFAULT_PROCESSES })
}

async function isWritable(folder: string, name: string, controller: string): Promise<boolean> {
  const probe = `${name}-probe-${process.pid}`
  try {
    await mkdir(join(folder, probe))
    if (controller === 'cpuset') await fillCpuset(folder, [probe])
    await rmdir(join(folder, probe))
    return true
  } catch {
    return false
  }
}

import { createHash } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { release } from 'node:os'
import { join, resolve } from 'node:path'
import type { Logger } from '@seaworthy/kit'
import { CommandSandbox } from './command-sandbox.ts'
import { FallbackTree } from './fallback-tree.ts'
import { findCgroups } from './host-cgroups.ts'
import { findInheritedDescriptors } from './inherited-descriptors.ts'
import { launch } from './launcher.ts'
import { ASIDE, TOOLCHAINS, WORK_TREE } from './paths-inside.ts'
import { ProcessGroupTree } from './process-group-tree.ts'
import type { Sandbox } from './sandbox.ts'
import { TemporaryFolders } from './temporary-folders.ts'
import { DEFAULT_FIRST_USER_ID } from './user-id.ts'

export interface SandboxOptions {
  log: Logger
  /** A folder of ours for temporary files of running commands. Also tells this platform from others on the host. */
  runDirectory: string
  /** Host folder that commands see, read-only, as tool chains. */
  toolchainsDirectory: string
  /** `plain` leaves the powers of Linux unused. */
  powers?: 'auto' | 'plain'
  /** Our parent cgroup. By default `seaworthy-` and a digest of `runDirectory`. */
  cgroupName?: string
  /** The uid that those of apps are counted from; 200000 unless told. Must not change while apps run. */
  firstUserId?: number
  /** Folders that no command may see, whatever their modes: the platform's home. Only where `powers.mounts`. */
  hiddenDirectories?: readonly string[]
}

/** What hosts let everybody write, besides /tmp: apps would meet there, and leave things behind. */
const SHARED_FOLDERS = ['/dev/shm', '/var/tmp', '/run/lock', '/dev/mqueue'] as const

/** Finds out what this host allows and makes a sandbox of it. Starts nothing that stays. */
export async function createSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { powers = 'auto', toolchainsDirectory, hiddenDirectories = [] } = options
  const log = options.log.child({ part: 'sandbox' })
  const runDirectory = resolve(options.runDirectory)
  const scope = createHash('sha256').update(runDirectory).digest('hex').slice(0, 8)
  await mkdir(runDirectory, { recursive: true })

  const mayConfine = powers === 'auto' && process.platform === 'linux' && process.getuid?.() === 0
  const cgroups = mayConfine
    ? await findCgroups({ name: options.cgroupName ?? `seaworthy-${scope}`, log })
    : undefined
  const processGroups = new ProcessGroupTree({ scope })
  const firstUserId = options.firstUserId ?? DEFAULT_FIRST_USER_ID
  const confinement = mayConfine ? await probeConfinement({ runDirectory, firstUserId, log }) : undefined
  const sandbox = new CommandSandbox({
    log,
    temporaryFolders: new TemporaryFolders({ root: join(runDirectory, 'tmp') }),
    toolchainsDirectory: resolve(toolchainsDirectory),
    firstUserId,
    inheritedDescriptors: findInheritedDescriptors(),
    tree: cgroups ? new FallbackTree({ first: cgroups, fallback: processGroups }) : processGroups,
    confinement: confinement && {
      ...confinement,
      hidden: hiddenDirectories.map(folder => resolve(folder)),
      scratch: SHARED_FOLDERS,
    },
  })
  reportPowers(sandbox, log)
  return sandbox
}

/** Confines a real command, once: whether mounts and users work is only known by using them. */
async function probeConfinement({
  runDirectory,
  firstUserId,
  log,
}: {
  runDirectory: string
  firstUserId: number
  log: Logger
}): Promise<{ privateProc: boolean } | undefined> {
  for (const privateProc of hasPrivateProc(release()) ? [true, false] : [false]) {
    const cause = await tryConfinement({ runDirectory, firstUserId, privateProc }).catch(
      (error: unknown) => error,
    )
    if (cause === undefined) return { privateProc }
    log.debug({ err: cause, privateProc }, 'confining a command failed')
  }
  return undefined
}

/** Before Linux 5.8, hidepid on one mount of /proc changed every mount of it: the host's too. */
function hasPrivateProc(kernelRelease: string): boolean {
  const [major = 0, minor = 0] = kernelRelease.split('.').map(part => Number.parseInt(part, 10))
  return major > 5 || (major === 5 && minor >= 8)
}

async function tryConfinement({
  runDirectory,
  firstUserId,
  privateProc,
}: {
  runDirectory: string
  firstUserId: number
  privateProc: boolean
}) {
  const folder = join(runDirectory, `probe-${process.pid}`)
  try {
    for (const target of [WORK_TREE, TOOLCHAINS, ASIDE, folder])
      await mkdir(target, { recursive: true, mode: 0o755 })
    const { ended } = await launch({
      argv: ['true'],
      directory: WORK_TREE,
      env: { PATH: '/usr/bin:/bin' },
      output: { stdout: join(folder, 'out'), stderr: join(folder, 'err') },
      joinFiles: [],
      confinement: {
        userId: firstUserId,
        mounts: [{ source: folder, target: WORK_TREE, writable: false }],
        hidden: [],
        scratch: SHARED_FOLDERS,
        privateProc,
      },
    })
    const { code } = await ended
    if (code !== 0) throw new Error(`the probe ended with code ${code}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function reportPowers({ powers }: Sandbox, log: Logger): void {
  if (powers.users) log.info({ powers }, 'apps run as users of their own')
  else log.warn({ powers }, 'apps run as the user of the platform and are not kept apart from it')
}

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import type { ServerFacts } from './install-plan.ts'

/** Looks at this server. Changes nothing. */
export async function readServerFacts({
  home,
  ports,
  user,
}: {
  home: string
  ports: readonly number[]
  user: string | undefined
}): Promise<ServerFacts> {
  const isRoot = process.getuid?.() === 0
  const isRunning = runsAlready()
  const { bavail, bsize } = await statfs(existingParent(home))
  const taken = await Promise.all(ports.map(async port => ((await isFree(port)) ? [] : [port])))
  return {
    isLinux: process.platform === 'linux',
    isRoot,
    hasSystemd: existsSync('/run/systemd/system'),
    takenPorts: isRunning || edgeRuns(home) ? [] : taken.flat(),
    freeDiskBytes: bavail * bsize,
    memoryBytes: totalmem(),
    isClockSynced: isClockSynced(),
    cgroups: cgroups(),
    canUnshare: spawnSync('unshare', ['--mount', 'true']).status === 0,
    hasFirewall: hasFirewall(),
    takesSshPasswords: takesSshPasswords(),
    isRunning,
    userExists: user !== undefined && spawnSync('id', ['-u', user]).status === 0,
  }
}

function runsAlready(): boolean {
  return spawnSync('systemctl', ['is-active', '--quiet', 'seaworthy.service']).status === 0
}

/** An edge outlives the control plane, and `uninstall` too: the ports are then taken by the platform itself. */
export function edgeRuns(home: string): boolean {
  try {
    const pid = readFileSync(join(home, 'run', 'edge.pid'), 'utf8').trim()
    return readFileSync(`/proc/${Number(pid)}/cmdline`, 'utf8').includes('programs/edge/main.ts')
  } catch {
    return false
  }
}

function existingParent(path: string): string {
  return existsSync(path) ? path : existingParent(dirname(path))
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    // Without the right to a low port nothing is known of it.
    server.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'EADDRINUSE'))
    server.listen(port, () => server.close(() => resolve(true)))
  })
}

function isClockSynced(): boolean | undefined {
  const { status, stdout } = spawnSync('timedatectl', ['show', '--property=NTPSynchronized', '--value'], {
    encoding: 'utf8',
  })
  return status === 0 ? stdout.trim() === 'yes' : undefined
}

function cgroups(): ServerFacts['cgroups'] {
  if (existsSync('/sys/fs/cgroup/cgroup.controllers')) return 'v2'
  const mounts = existsSync('/proc/mounts') ? readFileSync('/proc/mounts', 'utf8') : ''
  return / cgroup [^\n]*\bmemory\b/.test(mounts) ? 'v1' : 'none'
}

/** By nftables, which also lists what iptables, ufw and firewalld set. */
function hasFirewall(): boolean | undefined {
  const { status, stdout } = spawnSync('nft', ['list', 'ruleset'], { encoding: 'utf8' })
  return status === 0 ? refusesInput(stdout) : undefined
}

/** Whether a chain for what comes in refuses anything, in what `nft list ruleset` prints. */
export function refusesInput(ruleset: string): boolean {
  if (!/\bhook input\b/.test(ruleset)) return false
  const refusals =
    /\bhook input\b[^\n]*\bpolicy drop\b|^\s+(?!ct state invalid)[^\n]*\b(?:drop|reject)\b(?! *;)/m
  return refusals.test(ruleset)
}

/** As sshd itself understands its settings. */
function takesSshPasswords(): boolean | undefined {
  const { status, stdout } = spawnSync('sshd', ['-T'], { encoding: 'utf8' })
  return status === 0 ? passwordsIn(stdout) : undefined
}

/** In what `sshd -T` prints: either way of asking for a password. */
export function passwordsIn(settings: string): boolean {
  return /^(?:passwordauthentication|kbdinteractiveauthentication) yes$/m.test(settings)
}

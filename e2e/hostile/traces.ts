/** What an app leaves on this machine, as root finds it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const CGROUPS = '/sys/fs/cgroup'

/** The process of a running app; undefined when nothing of it runs. */
export function processOf(slug: string): number | undefined {
  const mark = `SEAWORTHY_APP=${slug}`
  const pid = pids().find(one => textOf(`/proc/${one}/environ`).split('\0').includes(mark))
  return pid === undefined ? undefined : Number(pid)
}

/** The user that a running app has here. */
export function userOf(slug: string): number | undefined {
  const pid = processOf(slug)
  return pid === undefined ? undefined : uidOf(`${pid}`)
}

/** The user that runs `node` with this file, from `first` on: the number that users of apps begin with. */
export function userRunning(file: string, first = 200_000): number | undefined {
  const found = pids().filter(pid => textOf(`/proc/${pid}/cmdline`).split('\0').includes(file))
  return found.map(uidOf).find(uid => uid !== undefined && uid >= first)
}

export function countProcesses(user: number): number {
  return pids().filter(pid => uidOf(pid) === user).length
}

/** Everything that is left, in words; empty when nothing is. */
export function tracesOf({
  user,
  instances,
  home,
}: {
  user: number
  instances: readonly string[]
  home: string
}): string[] {
  // Another platform of this machine may have a user of that number: what is ours sees mounts of our home.
  const isOurs = (pid: string) => textOf(`/proc/${pid}/mountinfo`).includes(home)
  const processes = pids().filter(pid => uidOf(pid) === user && isOurs(pid))
  const mounts = textOf('/proc/self/mountinfo').split('\n')
  return [
    ...processes.map(pid => `process ${pid} ${textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`),
    ...instances.flatMap(id => [
      ...cgroupsOf(id),
      ...mounts.filter(line => line.includes(id)).map(line => `mount ${line}`),
      ...['run/tmp', 'run/spool', 'spool'].flatMap(folder => filesOf(join(home, folder), id)),
    ]),
  ]
}

function cgroupsOf(id: string): string[] {
  return folders(CGROUPS).flatMap(controller =>
    folders(controller)
      .filter(folder => folder.includes('seaworthy-') && existsSync(join(folder, id)))
      .map(folder => `cgroup ${join(folder, id)}`),
  )
}

function filesOf(folder: string, id: string): string[] {
  return names(folder)
    .filter(name => name.startsWith(id))
    .map(name => `file ${join(folder, name)}`)
}

function folders(folder: string): string[] {
  return names(folder).map(name => join(folder, name))
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function pids(): string[] {
  return names('/proc').filter(name => /^\d+$/.test(name))
}

function uidOf(pid: string): number | undefined {
  const uid = /^Uid:\s+(\d+)/m.exec(textOf(`/proc/${pid}/status`))?.[1]
  return uid === undefined ? undefined : Number(uid)
}

/** Empty for what went meanwhile. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

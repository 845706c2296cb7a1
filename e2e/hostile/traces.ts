/** What apps and builds leave on this machine, as root finds it. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { docker } from '../harness/docker.ts'

const CGROUPS = '/sys/fs/cgroup'
/** The number that users of apps begin with. */
const FIRST_USER = 200_000

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

export interface Suspect {
  slug: string
  /** User number on this host. */
  user: number
  /** Ids. */
  instances: readonly string[]
  home: string
  /** Names the platform on a Docker engine; undefined where it uses none. */
  dockerHome?: string
}

/** Everything that is left of an app, in words; empty when nothing is. */
export function tracesOf({ slug, user, instances, home, dockerHome }: Suspect): string[] {
  // Another platform of this machine may have a user of that number: what is ours sees mounts of our home.
  const isOurs = (pid: string) => textOf(`/proc/${pid}/mountinfo`).includes(home)
  const mounts = textOf('/proc/self/mountinfo').split('\n')
  return [
    ...processesIn(pid => uidOf(pid) === user && isOurs(pid)),
    ...instances.flatMap(id => [
      ...cgroupsOf(id),
      ...mounts.filter(line => line.includes(id)).map(line => `mount ${line}`),
      ...['run/tmp', 'run/spool', 'spool'].flatMap(folder => filesOf(join(home, folder), id)),
    ]),
    ...(dockerHome ? engineTraces([`seaworthy.home=${dockerHome}`, `seaworthy.app=${slug}`]) : []),
  ]
}

/** Everything that is left of builds of a platform while none is under way, but for what they made. */
export function tracesOfBuilds({ home, dockerHome }: Pick<Suspect, 'home' | 'dockerHome'>): string[] {
  const running = join(home, 'builds', 'running')
  const isOurs = (pid: string) => textOf(`/proc/${pid}/mountinfo`).includes(running)
  return [
    ...processesIn(pid => (uidOf(pid) ?? 0) >= FIRST_USER && isOurs(pid)),
    ...names(running).map(name => `folder ${name} of a build`),
    ...names(join(home, 'run', 'tmp')).flatMap(name => (name.startsWith('build-') ? `file ${name}` : [])),
    ...buildCgroups(home),
    ...(dockerHome ? engineTraces([`seaworthy.build.home=${dockerHome}`], { networks: false }) : []),
    ...(dockerHome ? processesIn(isBuildKitDeed) : []),
  ]
}

/** Its steps are no containers of the engine, and so carry no labels. */
function isBuildKitDeed(pid: string): boolean {
  const isOfBuildKit = /buildkit\//.test(textOf(`/proc/${pid}/cgroup`))
  return isOfBuildKit && textOf(`/proc/${pid}/cmdline`).includes('/deeds.sh')
}

/** A platform has a cgroup of its own, named by its folder: see `createSandbox`. */
function buildCgroups(home: string): string[] {
  const scope = createHash('sha256').update(join(home, 'run')).digest('hex').slice(0, 8)
  return cgroupHierarchies().flatMap(hierarchy =>
    names(join(hierarchy, `seaworthy-${scope}`)).flatMap(name =>
      name.startsWith('build-') ? `cgroup ${join(hierarchy, name)}` : [],
    ),
  )
}

function processesIn(isWanted: (pid: string) => boolean): string[] {
  return pids()
    .filter(isWanted)
    .map(pid => `process ${pid} ${textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`)
}

function engineTraces(labels: readonly string[], { networks = true } = {}): string[] {
  const filters = labels.flatMap(label => ['--filter', `label=${label}`])
  const found = [docker('ps', '--all', '--format', 'container {{.ID}} {{.Command}}', ...filters)]
  if (networks) found.push(docker('network', 'ls', '--format', 'network {{.Name}}', ...filters))
  return found.join('\n').split('\n').filter(Boolean)
}

function cgroupsOf(id: string): string[] {
  return cgroupHierarchies().flatMap(hierarchy =>
    folders(hierarchy)
      .filter(folder => folder.includes('seaworthy-') && existsSync(join(folder, id)))
      .map(folder => `cgroup ${join(folder, id)}`),
  )
}

/** Version 2 has one; of version 1 each controller has its own below it. */
function cgroupHierarchies(): string[] {
  return [CGROUPS, ...folders(CGROUPS)]
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

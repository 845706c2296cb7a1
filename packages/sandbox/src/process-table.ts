import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'

/** What the kernel says about one process. */
export interface ProcessFacts {
  pid: number
  parentPid: number
  groupId: number
  /** When it started: clock ticks since boot on Linux, seconds since 1970 elsewhere. With the pid it names one process. */
  startTicks: number
  /** Its own CPU time and that of the children it has waited for. */
  cpuMs: number
  residentBytes: number
}

/** The process with that pid, or undefined when there is none (a zombie counts as none: it runs no more). */
export async function readProcess(pid: number): Promise<ProcessFacts | undefined> {
  if (process.platform === 'linux') return readLinuxProcess(pid)
  return (await askPs(['-p', String(pid)]))[0]
}

/** Every process of this host that we may see. */
export async function listProcesses(): Promise<ProcessFacts[]> {
  if (process.platform !== 'linux') return askPs(['-A'])
  return listPids().flatMap(pid => readLinuxProcess(pid) ?? [])
}

/** As `readProcess`, at once: the only way to be sure of a child that may exit with the next turn. Linux only. */
export function readLinuxProcess(pid: number): ProcessFacts | undefined {
  const stat = readOptional(`/proc/${pid}/stat`)
  return stat === undefined ? undefined : parseStat(stat)
}

/** The value of a variable in a process's environment at its start. Linux only, and only where we may read it. */
export function environmentValue(pid: number, name: string): string | undefined {
  const environment = readOptional(`/proc/${pid}/environ`) ?? ''
  const entry = environment.split('\0').find(pair => pair.startsWith(`${name}=`))
  return entry?.slice(name.length + 1)
}

const CLOCK_TICK_MS = 10 // USER_HZ is 100 on every Linux of today: it is part of the ABI
const PAGE_BYTES = 4096

/** proc_pid_stat(5). The name in field 2 may hold spaces and parentheses, so count from its last `)`. */
export function parseStat(stat: string): ProcessFacts | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const field = (number: number) => Number(fields[number - 3])
  const state = fields[0]
  if (state === 'Z' || state === 'X') return undefined
  return {
    pid: Number.parseInt(stat, 10),
    parentPid: field(4),
    groupId: field(5),
    startTicks: field(22),
    cpuMs: (field(14) + field(15) + field(16) + field(17)) * CLOCK_TICK_MS,
    residentBytes: field(24) * PAGE_BYTES,
  }
}

function listPids(): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
}

function readOptional(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined // gone, or not ours to read
  }
}

const PS_COLUMNS = ['-o', 'pid=,ppid=,pgid=,stat=,rss=,time=,lstart=']

async function askPs(selection: string[]): Promise<ProcessFacts[]> {
  const options = { env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' } }
  const answer = await promisify(execFile)('ps', [...selection, ...PS_COLUMNS], options).catch(
    () => undefined,
  )
  return (answer?.stdout ?? '').split('\n').flatMap(line => parsePsLine(line) ?? [])
}

/** `  12     1    12 Ss   3456 00:01:02 Thu Nov 19 10:00:00 2026`, as `ps` of BSD, macOS and procps print it. */
export function parsePsLine(line: string): ProcessFacts | undefined {
  const [pid, parentPid, groupId, state, residentKb, time, ...started] = line.trim().split(/\s+/)
  if (time === undefined || state === undefined || state.startsWith('Z')) return undefined
  return {
    pid: Number(pid),
    parentPid: Number(parentPid),
    groupId: Number(groupId),
    startTicks: Date.parse(`${started.join(' ')} UTC`) / 1000,
    cpuMs: parsePsTime(time),
    residentBytes: Number(residentKb) * 1024,
  }
}

/** `[[days-]hours:]minutes:seconds[.hundredths]` in milliseconds. */
function parsePsTime(time: string): number {
  const [clock = '', days = '0'] = time.split('-').reverse()
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
  return Math.round((Number(days) * 86_400 + seconds) * 1000)
}

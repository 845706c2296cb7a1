import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** TCP ports, in order, on which one of these processes listens. Linux only; elsewhere empty. */
export function listeningPortsOf(pids: readonly number[]): number[] {
  const [first] = pids
  if (first === undefined || process.platform !== 'linux') return []
  const portOfSocket = listeningSockets(first)
  const ports = pids.flatMap(socketsOf).flatMap(inode => portOfSocket.get(inode) ?? [])
  return [...new Set(ports)].sort((a, b) => a - b)
}

/** Socket inode → port, for the network namespace of a process. */
function listeningSockets(pid: number): Map<string, number> {
  const tables = ['tcp', 'tcp6'].map(table => readOptional(`/proc/${pid}/net/${table}`))
  return new Map(tables.flatMap(parseSocketTable))
}

const LISTEN = '0A' // TCP_LISTEN in include/net/tcp_states.h

/** Rows of /proc/net/tcp{,6} (see Documentation/networking/proc_net_tcp.rst) in state LISTEN, as [inode, port]. */
export function parseSocketTable(table: string): [inode: string, port: number][] {
  const rows = table.split('\n').map(line => line.trim().split(/\s+/))
  return rows
    .filter(row => row[3] === LISTEN)
    .map(row => [row[9] ?? '', Number.parseInt(row[1]?.split(':').at(-1) ?? '', 16)])
}

function socketsOf(pid: number): string[] {
  return listOptional(`/proc/${pid}/fd`).flatMap(fd => {
    const target = readLinkOptional(`/proc/${pid}/fd/${fd}`)
    return /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []
  })
}

function readOptional(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function listOptional(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function readLinkOptional(link: string): string {
  try {
    return readlinkSync(link)
  } catch {
    return ''
  }
}

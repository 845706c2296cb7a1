/**
 * A Vitest setup file: fails a test file that leaves child processes or listening ports behind.
 * Linux only. Children that left our process group are found by a mark in their environment, which a program with
 * an environment of its own does not carry: those are not seen. `SEAWORTHY_TEST_SHARED=1` in a process's environment
 * says that it outlives the file on purpose, such as a database server that all files share.
 */
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll } from 'vitest'

/** A killed process takes a moment to go. */
const GRACE_MS = 3_000
const MARK = `SEAWORTHY_TEST_MARK=${randomUUID()}`

if (process.platform === 'linux') {
  process.env.SEAWORTHY_TEST_MARK = MARK.slice(MARK.indexOf('=') + 1)
  // What the first `beforeAll` returns runs last of all: after every hook, and after what the file's own ones return.
  beforeAll(() => failOnLeaks)
}

async function failOnLeaks(): Promise<void> {
  const deadline = performance.now() + GRACE_MS
  let leaks = findLeaks()
  while (leaks.length > 0 && performance.now() < deadline) {
    await sleep(50)
    leaks = findLeaks()
  }
  if (leaks.length > 0) throw new Error(`This test file leaves behind:\n${leaks.join('\n')}`)
}

function findLeaks(): string[] {
  return [...leftProcesses(), ...listeningPorts()]
}

function leftProcesses(): string[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter(isOurs)
    .map(pid => `  process ${pid}: ${readProc(pid, 'cmdline').replaceAll('\0', ' ').trim()}`)
}

function isOurs(pid: string): boolean {
  // `pid (name) state parent …`; the name may hold spaces and brackets.
  const [state, parent] = readProc(pid, 'stat')
    .replace(/^.*\) /s, '')
    .split(' ')
  if (state === undefined || state === 'Z' || state === 'X') return false
  const environment = readProc(pid, 'environ').split('\0')
  if (environment.includes('SEAWORTHY_TEST_SHARED=1')) return false
  return Number(parent) === process.pid || environment.includes(MARK)
}

/** Empty for a process that went meanwhile. */
function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

function listeningPorts(): string[] {
  // Undocumented, but the only way to a server that nobody closed; `why-is-node-running` relies on it too.
  const handles = (process as unknown as { _getActiveHandles(): unknown[] })._getActiveHandles()
  return handles
    .filter(handle => handle instanceof Server && handle.listening)
    .map(server => `  a server on ${JSON.stringify((server as Server).address())}`)
}

/** What benches against other proxies share: ports, load, processes. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from './measure.ts'

/** Resolves once the server on `port` answers as it should. */
export async function answers(port: number, isRight: (body: string) => boolean, path = '/'): Promise<void> {
  const giveUpAt = Date.now() + 15_000
  for (;;) {
    const body = await ask({ port, host: `127.0.0.1:${port}`, path }).catch(() => '')
    if (isRight(body)) return
    if (Date.now() > giveUpAt)
      throw new Error(`Nothing answers on port ${port}. Are nginx, haproxy, caddy and wrk installed?`)
    await sleep(50)
  }
}

/** What a load saw. */
export interface LoadFigures {
  requests: number
  perSecond: number
  /** Milliseconds in which 99 of 100 answers came. */
  p99Ms: number
}

/** @returns requests a second; throws when one failed, because then the figure says nothing */
export async function load(asked: LoadOptions): Promise<number> {
  return (await measuredLoad(asked)).perSecond
}

export interface LoadOptions {
  port: number
  connections: number
  seconds: number
  path?: string | undefined
  /** Header lines, such as `Host: a.test`. */
  headers?: readonly string[] | undefined
}

/** The same with all that was seen. */
export async function measuredLoad({
  port,
  connections,
  seconds,
  path = '/',
  headers = [],
}: LoadOptions): Promise<LoadFigures> {
  const url = `http://127.0.0.1:${port}${path}`
  const lines = headers.flatMap(line => ['-H', line])
  const args = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '--latency', ...lines, url]
  const wrk = spawn('wrk', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  wrk.stdout.on('data', text => {
    output += text
  })
  await once(wrk, 'close')
  if (/Non-2xx|Socket errors/.test(output)) throw new Error(`Requests failed on port ${port}:\n${output}`)
  return {
    requests: Number(/(\d+) requests in/.exec(output)![1]),
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(output)![1]),
    p99Ms: milliseconds(/99%\s+([\d.]+)(us|ms|s)/.exec(output)!),
  }
}

function milliseconds([, value, unit]: RegExpExecArray): number {
  const perUnit = { us: 0.001, ms: 1, s: 1000 }[unit as 'us' | 'ms' | 's']
  return Number(value) * perUnit
}

/** USER_HZ, which is 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

/**
 * What a program has used of the processors so far, in seconds, in user and system mode, with its threads and its child
 * processes. Divided by requests it says what one costs, whatever else the machine does meanwhile.
 */
export function cpuSeconds(pid: number): number {
  return childrenOf(pid).reduce((sum, child) => sum + cpuSeconds(child), ownCpuSeconds(pid))
}

/** The same without the child processes. */
export function ownCpuSeconds(pid: number): number {
  const own = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(own[11]) + Number(own[12])) / TICKS_PER_SECOND
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap(thread =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  )
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 3_000)
  await gone
  clearTimeout(timer)
}

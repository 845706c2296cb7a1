/** What benches against other proxies share: ports, load, processes. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
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
      throw new Error(`Nothing answers on port ${port}. Are nginx, caddy and wrk installed?`)
    await sleep(50)
  }
}

/** @returns requests a second; throws when one failed, because then the figure says nothing */
export async function load({
  port,
  connections,
  seconds,
  path = '/',
}: {
  port: number
  connections: number
  seconds: number
  path?: string
}): Promise<number> {
  const url = `http://127.0.0.1:${port}${path}`
  const args = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, url]
  const wrk = spawn('wrk', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  wrk.stdout.on('data', text => {
    output += text
  })
  await once(wrk, 'close')
  if (/Non-2xx|Socket errors/.test(output)) throw new Error(`Requests failed on port ${port}:\n${output}`)
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(output)![1])
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

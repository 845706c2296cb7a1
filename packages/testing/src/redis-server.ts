import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { onTestFinished } from 'vitest'
import { freePort } from './free-port.ts'
import { findCommand } from './system-part.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { waitFor } from './wait-for.ts'

export interface RedisServer {
  url: string
  /** Ends it as a crash would. */
  stop(): Promise<void>
  /** Starts it again, empty, at the same address. */
  start(): Promise<void>
}

/** A server of Debian's package for the test that calls it. Skip the test where `systemPart.missing('redis')`. */
export async function redisServer(): Promise<RedisServer> {
  const port = await freePort()
  const folder = temporaryFolder()
  let running: ChildProcess | undefined
  const server: RedisServer = {
    url: `redis://127.0.0.1:${port}`,
    async start() {
      const settings = { port, bind: '127.0.0.1', save: '', appendonly: 'no', dir: folder.path }
      const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
      running = spawn(findCommand('redis-server')!, args, { stdio: 'ignore' })
      await once(running, 'spawn')
      await waitFor(() => accepts(port), { what: 'Redis to answer' })
    },
    async stop() {
      if (!running) return
      const gone = once(running, 'exit')
      running.kill('SIGKILL')
      running = undefined
      await gone
    },
  }
  onTestFinished(() => server.stop())
  await server.start()
  return server
}

function accepts(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

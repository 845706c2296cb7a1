import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { findCommand } from './system-part.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { waitFor } from './wait-for.ts'

/** An engine of the test's own, which it may stop and start: the machine's engine belongs to all tests. */
export interface OwnDockerEngine {
  /** As DOCKER_HOST. */
  host: string
  /** Ends it in order, as a package upgrade does. */
  stop(): Promise<void>
  start(): Promise<void>
}

export interface OwnDockerEngineOptions {
  /** Whether containers run on while the engine is away. */
  liveRestore?: boolean
}

/** Needs root. Skip the test where `systemPart.missing('linux', 'root', 'docker')`. */
export async function ownDockerEngine(options: OwnDockerEngineOptions = {}): Promise<OwnDockerEngine> {
  const { path: folder } = temporaryFolder({ prefix: 'seaworthy-docker-' })
  const socket = join(folder, 'docker.sock')
  let running: ChildProcess | undefined
  const engine: OwnDockerEngine = {
    host: `unix://${socket}`,
    async start() {
      running = spawn(findCommand('dockerd')!, engineArgs(folder, socket, options), { stdio: 'ignore' })
      await waitFor(() => answers(socket), { what: 'the engine to answer', timeoutMs: 60_000 })
    },
    async stop() {
      if (!running) return
      const gone = once(running, 'exit')
      running.kill('SIGTERM')
      running = undefined
      await gone
    },
  }
  onTestFinished(() => engine.stop())
  await engine.start()
  return engine
}

/** With files, processes and a network of its own, beside the engine of the machine. */
function engineArgs(folder: string, socket: string, { liveRestore = false }: OwnDockerEngineOptions): string[] {
  return [
    ...['--host', `unix://${socket}`, '--pidfile', join(folder, 'docker.pid')],
    ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
    ...['--bridge', 'none', '--iptables=false', '--ip-forward=false', '--log-level', 'error'],
    ...(liveRestore ? ['--live-restore'] : []),
  ]
}

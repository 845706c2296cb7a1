import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { afterTestOrFile } from './after-file.ts'
import { findCommand } from './system-part.ts'
import { temporaryFolder } from './temporary-folder.ts'
import { waitFor } from './wait-for.ts'

/** An engine of the test's own, which it may stop and start: the machine's engine belongs to all tests. */
export interface OwnDockerEngine {
  /** As DOCKER_HOST. */
  host: string
  start(): Promise<void>
  /** `SIGTERM` ends it in order, as an upgrade of its package does; `SIGKILL` at once, as the kernel does when memory is short. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

export interface OwnDockerEngineOptions {
  /** Whether containers run on while the engine is away. */
  liveRestore?: boolean
}

/**
 * Started, and gone with all that is on it when the test or the file ends. Needs root: skip the test where
 * `systemPart.missing('linux', 'root', 'docker', 'iproute2')`.
 */
export async function ownDockerEngine(options: OwnDockerEngineOptions = {}): Promise<OwnDockerEngine> {
  // Short: containerd makes sockets in it, whose paths may have 107 characters.
  const { path: folder } = temporaryFolder({ prefix: 'sw-' })
  const engine = new Dockerd(folder, options)
  engine.layBridge()
  afterTestOrFile(() => engine.destroy())
  await engine.start()
  return engine
}

class Dockerd implements OwnDockerEngine {
  readonly host: string
  readonly #folder: string
  readonly #socket: string
  readonly #options: OwnDockerEngineOptions
  /** Without one of its own an engine takes `docker0`, or removes it: the other engine's. */
  readonly #bridge = `sw${randomInt(1e9)}`
  #running: ChildProcess | undefined

  constructor(folder: string, options: OwnDockerEngineOptions) {
    this.#folder = folder
    this.#socket = join(folder, 'docker.sock')
    this.host = `unix://${this.#socket}`
    this.#options = options
  }

  layBridge(): void {
    run('ip', 'link', 'add', this.#bridge, 'type', 'bridge')
    run('ip', 'address', 'add', `10.215.${randomInt(256)}.${randomInt(32) * 8 + 1}/29`, 'dev', this.#bridge)
  }

  async start(): Promise<void> {
    const log = openSync(join(this.#folder, 'log'), 'a')
    const child = spawn(findCommand('dockerd')!, this.#args(), { stdio: ['ignore', log, log] })
    closeSync(log)
    this.#running = child
    await waitFor(() => child.exitCode !== null || this.#ask('GET', '/_ping'), {
      what: 'the engine to answer',
      timeoutMs: 60_000,
    })
    if (child.exitCode !== null)
      throw new Error(`dockerd ended: ${readFileSync(join(this.#folder, 'log'), 'utf8').slice(-2_000)}`)
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#running
    this.#running = undefined
    if (!child) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
    // A killed engine's containerd goes with it, a moment later; the next engine would wait for it in vain.
    await waitFor(() => !isAlive(this.#containerdPid()), { what: 'containerd to end' })
  }

  #containerdPid(): number {
    const file = join(this.#folder, 'x', 'containerd', 'containerd.pid')
    return existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
  }

  /** In order, so that no mount of a container stays. */
  async destroy(): Promise<void> {
    if (!this.#running) await this.start()
    const containers = (await this.#ask('GET', '/containers/json?all=1')) as { Id: string }[]
    for (const { Id } of containers) await this.#ask('DELETE', `/containers/${Id}?force=1&v=1`)
    const networks = (await this.#ask('GET', '/networks')) as { Id: string; Name: string; Driver: string }[]
    for (const { Id, Name, Driver } of networks)
      if (Driver === 'bridge' && Name !== 'bridge') await this.#ask('DELETE', `/networks/${Id}`)
    await this.stop('SIGTERM')
    run('ip', 'link', 'delete', this.#bridge)
    // One that keeps its containers keeps this mount too.
    spawnSync('umount', [join(this.#folder, 'data')], { stdio: 'ignore' })
  }

  /** With files, processes and networks of its own, beside the engine of the machine, whose firewall rules stay as they are. */
  #args(): string[] {
    const folder = this.#folder
    return [
      ...['--host', this.host, '--pidfile', join(folder, 'pid')],
      ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'x')],
      ...['--bridge', this.#bridge, '--iptables=false', '--ip6tables=false', '--ip-forward=false'],
      ...['--log-level', 'error', '--shutdown-timeout', '2'],
      ...(this.#options.liveRestore ? ['--live-restore'] : []),
    ]
  }

  /** Undefined where it does not answer. */
  #ask(method: string, path: string): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<unknown>()
    const asked = request({ method, path, socketPath: this.#socket, agent: false }, response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve(parsed(Buffer.concat(chunks).toString('utf8'))))
    })
    asked.on('error', () => resolve(undefined))
    asked.end()
    return promise
  }
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch {
    return false
  }
}

function run(command: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(findCommand(command)!, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text || 'done'
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '@seaworthy/testing/free-port'
import { PlatformClient } from '@seaworthy/testing/platform-client'
import { CONTROL_PLANE_ENV, CONTROL_PLANE_FLAGS } from '../../programs/cli/platform-process.ts'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const CONTROL_PLANE = join(ROOT, 'programs', 'control-plane', 'main.ts')

/** A real platform in a home of its own: control plane, edge and instances as processes of this machine. */
export class Platform extends PlatformClient {
  readonly home: string
  readonly port: number
  readonly env: Record<string, string>
  #child: ChildProcess | undefined

  private constructor(home: string, port: number, httpPort: number, env: Record<string, string>) {
    super({ socketPath: join(home, 'run', 'control-plane.sock'), httpPort })
    this.home = home
    this.port = port
    this.env = env
  }

  static async start(settings: Record<string, string> = {}): Promise<Platform> {
    const home = mkdtempSync(join(tmpdir(), 'seaworthy-e2e-'))
    const port = await freePort()
    const httpPort = Number(settings.SEAWORTHY_HTTP_PORT ?? (await freePort()))
    const platform = new Platform(home, port, httpPort, {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '/',
      SEAWORTHY_HOME: home,
      SEAWORTHY_USER_RANGES_FOLDER: join(home, 'user-ids'), // alone, whatever else runs on this machine
      SEAWORTHY_PORT: String(port),
      SEAWORTHY_HTTP_PORT: String(httpPort),
      SEAWORTHY_HTTPS_PORT: String(await freePort()),
      SEAWORTHY_GIT_ALLOW_LOCAL: 'true',
      SEAWORTHY_WATCH_SECONDS: '1',
      NODE_COMPILE_CACHE: join(ROOT, 'node_modules', '.cache', 'node-compile'),
      ...settings,
    })
    await platform.startControlPlane()
    return platform
  }

  get controlPlanePid(): number {
    return this.#child!.pid!
  }

  async startControlPlane(): Promise<void> {
    const log = openSync(join(this.home, 'control-plane.log'), 'a')
    const child = spawn(process.execPath, [...CONTROL_PLANE_FLAGS, CONTROL_PLANE], {
      env: { ...CONTROL_PLANE_ENV, ...this.env },
      stdio: ['ignore', log, log, 'ipc'],
    })
    closeSync(log)
    this.#child = child
    const ready = new Promise<boolean>(resolve => {
      child.on('message', (message: { type: string }) => {
        if (message.type === 'ready') resolve(true)
      })
    })
    const ended = once(child, 'exit').then(() => false)
    if (!(await Promise.race([ready, ended])))
      throw new Error(`The control plane did not start:\n${this.log()}`)
  }

  /** SIGKILL: nothing is tidied up. */
  async kill(): Promise<void> {
    const ended = once(this.#child!, 'exit')
    this.#child!.kill('SIGKILL')
    await ended
  }

  async stopControlPlane(): Promise<void> {
    if (!this.#child || this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await ended
  }

  /** Ends everything, apps and edge included, and removes the home. */
  async destroy(): Promise<void> {
    this.close()
    await this.stopControlPlane()
    const cleaner = spawn(process.execPath, [CONTROL_PLANE, 'stop-all'], { env: this.env, stdio: 'ignore' })
    const [code] = await once(cleaner, 'exit')
    if (code !== 0) throw new Error(`What runs in ${this.home} could not be stopped (exit code ${code}).`)
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }

  log(): string {
    return readFileSync(join(this.home, 'control-plane.log'), 'utf8')
  }
}

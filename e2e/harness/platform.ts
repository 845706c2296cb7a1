import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Deployment, DeploymentEvent } from '@seaworthy/api'
import { type ApiClient, createClient } from '@seaworthy/api/client'
import { packFolder } from '@seaworthy/source/pack'
import { freePort } from '@seaworthy/testing/free-port'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const CONTROL_PLANE = join(ROOT, 'programs', 'control-plane', 'main.ts')

export interface Answer {
  status: number
  body: string
  headers: Record<string, string | string[] | undefined>
}

export interface DeployOutcome {
  deployment: Deployment
  events: DeploymentEvent[]
  /** What the deployment's log said, line by line. */
  lines: string[]
}

/** A real platform in a home of its own: control plane, edge and instances as processes of this machine. */
export class Platform {
  readonly home: string
  readonly port: number
  readonly httpPort: number
  readonly api: ApiClient
  readonly env: Record<string, string>
  #child: ChildProcess | undefined

  private constructor(home: string, port: number, httpPort: number, env: Record<string, string>) {
    this.home = home
    this.port = port
    this.httpPort = httpPort
    this.env = env
    this.api = createClient({ socketPath: join(home, 'run', 'control-plane.sock') })
  }

  static async start(settings: Record<string, string> = {}): Promise<Platform> {
    const home = mkdtempSync(join(tmpdir(), 'seaworthy-e2e-'))
    const [port, httpPort] = [await freePort(), await freePort()]
    const platform = new Platform(home, port, httpPort, {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '/',
      SEAWORTHY_HOME: home,
      SEAWORTHY_PORT: String(port),
      SEAWORTHY_HTTP_PORT: String(httpPort),
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
    const child = spawn(process.execPath, [CONTROL_PLANE], {
      env: this.env,
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
    this.api.close()
    await this.stopControlPlane()
    const cleaner = spawn(process.execPath, [CONTROL_PLANE, 'stop-all'], { env: this.env, stdio: 'ignore' })
    await once(cleaner, 'exit')
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }

  log(): string {
    return readFileSync(join(this.home, 'control-plane.log'), 'utf8')
  }

  /** Deploys a folder as the command line does, and waits for the end. Creates the app when it is new. */
  async deploy(slug: string, folder: string): Promise<DeployOutcome> {
    return this.follow(slug, await this.push(slug, folder))
  }

  /** Uploads a folder and resolves as soon as the deployment is queued. */
  async push(slug: string, folder: string): Promise<Deployment> {
    await this.ensureApp(slug)
    const { stream } = await packFolder(folder)
    return this.api.upload({ slug, stream, filename: 'app.tar.gz' })
  }

  async ensureApp(slug: string): Promise<void> {
    await this.api.call('apps.create', { body: { slug } }).catch(error => {
      if (error.status !== 409) throw error
    })
  }

  async follow(slug: string, { number }: { number: number }): Promise<DeployOutcome> {
    const events: DeploymentEvent[] = []
    for await (const event of this.api.stream('deployments.events', { params: { slug, number } }))
      events.push(event)
    const deployment = await this.api.call('deployments.get', { params: { slug, number } })
    const lines = events.flatMap(event => (event.type === 'log' ? [event.text] : []))
    return { deployment, events, lines }
  }

  /** One request to an app through the edge, on a connection of its own. */
  request(
    slug: string,
    path = '/',
    options: { method?: string; headers?: Record<string, string>; body?: string } = {},
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          host: '127.0.0.1',
          port: this.httpPort,
          path,
          method: options.method ?? 'GET',
          headers: { host: `${slug}.localhost`, ...options.headers },
          agent: false,
        },
        response => {
          let body = ''
          response.setEncoding('utf8')
          response.on('data', chunk => {
            body += chunk
          })
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body, headers: response.headers }),
          )
          response.on('error', reject)
        },
      )
      asked.on('error', reject)
      asked.end(options.body)
    })
  }

  /** Instances that run now, by process name. */
  async running(slug: string): Promise<string[]> {
    const instances = await this.api.call('instances.list', { params: { slug } })
    return instances.filter(instance => instance.stoppedAt === null).map(instance => instance.process)
  }
}

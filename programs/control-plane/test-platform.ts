/** For tests: a control plane within the test's own process. Its edge and the instances are real processes. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import type { Deployment, Event } from '@seaworthy/api'
import { createLogger, type Lifecycle, type Logger, type LogLevel } from '@seaworthy/kit'
import { nextRestart } from '@seaworthy/runtime'
import { afterTestOrFile, freePort, temporaryFolder } from '@seaworthy/testing'
import { PlatformClient } from '@seaworthy/testing/platform-client'
import { createControlPlane } from './app.ts'
import { type ControlPlaneConfig, readConfig } from './config.ts'
import type { ParentMessage } from './platform/parent-messages.ts'
import { stopAll } from './stop-all.ts'

const COMPILE_CACHE = fileURLToPath(new URL('../../node_modules/.cache/node-compile', import.meta.url))

export class TestPlatform extends PlatformClient {
  readonly config: ControlPlaneConfig
  /** What the parent of the process would have been told. */
  readonly told: ParentMessage[] = []
  /** Lines that the platform logged as warnings or worse, or from SEAWORTHY_LOG_LEVEL on where that is set. */
  readonly logged: string[] = []
  readonly #log: Logger
  #controlPlane: Lifecycle | undefined

  private constructor(config: ControlPlaneConfig, level: LogLevel) {
    super({ socketPath: join(config.home, 'run', 'control-plane.sock'), httpPort: config.httpPort })
    this.config = config
    const destination = { write: (line: string) => void this.logged.push(line) }
    this.#log = createLogger({ name: 'control-plane', level, destination })
  }

  /** Ends with all it started, home included, when the test ends that started it, or else when the file ends. */
  static async start(settings: Record<string, string> = {}): Promise<TestPlatform> {
    process.env.NODE_COMPILE_CACHE ??= COMPILE_CACHE // the edge starts without compiling
    const config = await configOf(settings)
    const platform = new TestPlatform(config, settings.SEAWORTHY_LOG_LEVEL ? config.logLevel : 'warn')
    afterTestOrFile(() => platform.destroy())
    await platform.startControlPlane()
    return platform
  }

  async startControlPlane(): Promise<void> {
    this.#controlPlane = await createControlPlane(this.config, {
      log: this.#log,
      parent: { isListening: () => true, tell: async message => void this.told.push(message) },
      restartPolicy: withoutDelay,
    })
    await this.#controlPlane.start()
  }

  /** Deploys what has to work: a test about something else fails here if it does not. */
  async goLive(slug: string, folder: string): Promise<Deployment> {
    const { deployment } = await this.deploy(slug, folder)
    if (deployment.state !== 'succeeded')
      throw new Error(`${slug} did not go live: ${deployment.error?.message}`)
    return deployment
  }

  /** The newest event of this type. */
  async lastEvent(slug: string, type: string): Promise<Event | undefined> {
    return (await this.api.call('events.app', { params: { slug } })).find(event => event.type === type)
  }

  /** Apps and edge run on. */
  async stopControlPlane(): Promise<void> {
    const outcome = await this.#controlPlane?.stop()
    this.#controlPlane = undefined
    if (outcome && !outcome.clean) throw new Error(`These parts did not stop: ${outcome.failed.join(', ')}`)
  }

  /** Changes the database behind the platform's back, for what only time brings about. SQLite only. */
  change(sql: string, ...values: (string | number)[]): void {
    const database = new DatabaseSync(join(this.config.home, 'database', 'seaworthy.sqlite'), {
      timeout: 5_000,
    })
    database.prepare(sql).run(...values)
    database.close()
  }

  async destroy(): Promise<void> {
    this.close()
    await this.stopControlPlane()
    await stopAll(this.config, { log: this.#log })
    rmSync(this.config.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}

/** The rule for crash loops without its waits, which add up to minutes. */
function withoutDelay(crashes: readonly number[], now: number): ReturnType<typeof nextRestart> {
  const decision = nextRestart(crashes, now)
  return decision.kind === 'stop' ? decision : { ...decision, delayMs: 1 }
}

async function configOf(settings: Record<string, string>): Promise<ControlPlaneConfig> {
  const home = settings.SEAWORTHY_HOME ?? mkdtempSync(join(tmpdir(), 'seaworthy-test-'))
  return readConfig({
    SEAWORTHY_HOME: home,
    SEAWORTHY_USER_RANGES_FOLDER: join(home, 'user-ids'), // alone, whatever else runs on this machine
    SEAWORTHY_PORT: String(await freePort()),
    SEAWORTHY_HTTP_PORT: String(await freePort()),
    SEAWORTHY_HTTPS_PORT: String(await freePort()),
    SEAWORTHY_GIT_ALLOW_LOCAL: 'true',
    SEAWORTHY_WATCH_SECONDS: '0.3',
    SEAWORTHY_EDGE_WORKERS: '1',
    ...settings,
  })
}

/** For `appFolder`: an app that is built with this command. */
export function builtWith(command: string): Record<string, object> {
  return { 'seaworthy.json': { build: { command } } }
}

/** The program of an app that answers with this text, whatever is asked. */
export function answers(text: string): string {
  return serves(`response.end(${JSON.stringify(text)} + (process.env.EXTRA ?? ''))`)
}

/** The program of an app whose handler is this code; it can use `request` and `response`. */
export function serves(handler: string, { before = '' }: { before?: string } = {}): string {
  return `import { createServer } from 'node:http'
${before}
createServer((request, response) => {
  ${handler}
}).listen(process.env.PORT)
process.on('SIGTERM', () => process.exit(0))
`
}

/** The program of an app that starts only while `gate` answers 200, and else ends with exit code 8. */
export function startsIf(gate: { url: string }, text: string): string {
  return serves(`response.end(${JSON.stringify(text)})`, {
    before: `import { get } from 'node:http'
await new Promise(resolve => get('${gate.url}', ({ statusCode }) => {
  if (statusCode !== 200) process.exit(8)
  resolve()
}))`,
  })
}

/** A folder with a Node app, removed when the test ends. `seaworthy.json` and `package.json` may be given as objects. */
export function appFolder(server: string, files: Record<string, string | object> = {}): string {
  const folder = temporaryFolder({ prefix: 'seaworthy-app-' }).path
  const all = {
    'package.json': { name: 'app', type: 'module', scripts: { start: 'node server.js' } },
    'server.js': server,
    ...files,
  }
  for (const [path, content] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return folder
}

/** Pids of this machine that run as instances of the app. */
export function processesOf(slug: string): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(pid => environmentOf(pid).includes(`SEAWORTHY_APP=${slug}`))
    .map(Number)
}

/** Empty for a process that went meanwhile. */
function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    return []
  }
}

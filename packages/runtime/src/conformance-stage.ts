import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { temporaryFolder, waitFor } from '@seaworthy/testing'
import { onTestFinished } from 'vitest'
import type { Instance, InstanceSpec, Runtime } from './runtime.ts'

/** What the suite needs to know of a driver and of the host that it runs on. */
export interface RuntimeFactory {
  /** A runtime that keeps what it must in `home`. Called again for the same home, it is the platform after a restart. */
  open(home: string): Promise<Runtime>
  /** PATH by which an instance finds `node`. */
  path: string
  /**
   * A program that opens the same runtime in `home` (first argument), starts the instance of the JSON spec (second
   * argument), prints `{ id, address, handle }` as a line, and stays: it is the platform that gets killed.
   */
  platform: { command: string; args: string[] }
  /** What this driver can do on this host. Where false, the tests of it are left out. */
  can: {
    limitMemory: boolean
    separateUsers: boolean
    /** How an instance ended is known also of those that were adopted, or ended while nobody looked. */
    tellEveryEnd: boolean
    /** A private network for each app, and volumes. */
    separateNetworks: boolean
    mountVolumes: boolean
  }
  /** The host's pid of what an instance knows by `pid`; of the instance itself where that is left out. */
  hostPid(instance: { handle: unknown }, pid?: number): number | Promise<number>
  /** Variables that the driver cannot keep from an instance. */
  extraVariables?: string[]
}

/** One test's world: a home for the platform, an app's tree, and a runtime that is closed in the end. */
export async function openStage(factory: RuntimeFactory) {
  const { path: home } = temporaryFolder()
  const directory = join(home, 'trees', 'shop')
  for (const tree of ['shop', 'other']) placeApp(join(home, 'trees', tree))
  const stage = new Stage(
    factory,
    { home, directory },
    {
      id: 'web-1',
      app: { id: 'app_1', slug: 'shop', userNumber: 1 },
      release: 'v42',
      process: 'web',
      command: 'node app.mjs serve',
      artifact: { kind: 'tree', directory },
      env: {},
      needsPort: false,
      limits: { memoryMb: 512 },
      outputDirectory: join(home, 'spool'),
    },
  )
  stage.runtime = await factory.open(home)
  onTestFinished(() => stage.close())
  return stage
}

function placeApp(tree: string): void {
  mkdirSync(tree, { recursive: true })
  copyFileSync(join(import.meta.dirname, 'fixtures', 'app.mjs'), join(tree, 'app.mjs'))
}

export class Stage {
  declare runtime: Runtime
  readonly home: string
  /** The tree of the app. */
  readonly directory: string
  readonly spec: InstanceSpec
  readonly #factory: RuntimeFactory
  readonly #instances: { id: string; handle: unknown }[] = []

  constructor(
    factory: RuntimeFactory,
    { home, directory }: { home: string; directory: string },
    spec: InstanceSpec,
  ) {
    this.#factory = factory
    this.home = home
    this.directory = directory
    this.spec = { ...spec, env: { PATH: factory.path } }
  }

  /** Starts `node app.mjs <behaviour>`. */
  async start(behaviour: string, changes: Partial<InstanceSpec> = {}): Promise<Instance> {
    const env = { ...this.spec.env, ...changes.env }
    const spec = { ...this.spec, command: `node app.mjs ${behaviour}`, ...changes, env }
    const instance = await this.runtime.start(spec)
    this.#instances.push(instance)
    return instance
  }

  async adopt({ id, handle }: { id: string; handle: unknown }): Promise<Instance | undefined> {
    this.#instances.push({ id, handle })
    return this.runtime.adopt(id, JSON.parse(JSON.stringify(handle)))
  }

  stop({ id, handle }: { id: string; handle: unknown }, graceMs: number): Promise<void> {
    return this.runtime.stop(id, handle, { graceMs })
  }

  /** As if the platform had been restarted. */
  async reopen(): Promise<void> {
    await this.runtime.close()
    this.runtime = await this.#factory.open(this.home)
  }

  async ask(instance: Instance): Promise<{ env: Record<string, string>; cwd: string; uid: number }> {
    const { host, port } = instance.address!
    let isGone = false
    instance.exited.then(() => {
      isGone = true
    })
    const response = await waitFor(async () => {
      if (isGone) return 'gone'
      return fetch(`http://${host}:${port}/`, { headers: { connection: 'close' } })
    })
    if (response === 'gone') throw new Error('the instance is gone')
    return response.json() as Promise<{ env: Record<string, string>; cwd: string; uid: number }>
  }

  output(stream: 'out' | 'err', id = 'web-1'): string {
    const file = join(this.spec.outputDirectory, `${id}.${stream}`)
    return existsSync(file) ? readFileSync(file, 'utf8') : ''
  }

  async waitForOutput(text: string, id?: string): Promise<void> {
    await waitFor(() => this.output('out', id).includes(text), { what: `the output ${text}` })
  }

  async waitForNumber(name: string): Promise<number> {
    return Number(
      await waitFor(() => new RegExp(`${name} (\\d+)\\n`).exec(this.output('out'))?.[1], { what: name }),
    )
  }

  async hostPid(instance: { handle: unknown }, pid?: number): Promise<number> {
    return this.#factory.hostPid(instance, pid)
  }

  async close(): Promise<void> {
    for (const instance of this.#instances) await this.stop(instance, 0)
    await this.runtime.close()
  }
}

/** As `stage.start`, but by another process: the platform that the test kills. */
export async function startInOtherPlatform(factory: RuntimeFactory, home: string, spec: InstanceSpec) {
  const { command, args } = factory.platform
  const platform = spawn(command, [...args, home, JSON.stringify(spec)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    platform.kill('SIGKILL')
  })
  for await (const line of createInterface(platform.stdout)) {
    return { platform, started: JSON.parse(line) as { id: string; handle: unknown } }
  }
  throw new Error('the other platform ended before it started the instance')
}

export function isAlive(pid: number): boolean {
  try {
    // A zombie that nobody has reaped yet runs no more.
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

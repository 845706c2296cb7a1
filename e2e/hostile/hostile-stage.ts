import { rmSync } from 'node:fs'
import { waitFor } from '@seaworthy/testing'
import { expect, onTestFinished } from 'vitest'
import { fixture } from '../harness/apps.ts'
import { homeOf, removeImages } from '../harness/docker.ts'
import { startLoad } from '../harness/load.ts'
import { Platform } from '../harness/platform.ts'
import { hostileApp } from './hostile-app.ts'
import { processOf, tracesOf, userOf } from './traces.ts'

export type Driver = 'process' | 'docker'

export interface HostileInstance {
  slug: string
  user: number
  instances: string[]
}

export const LIMITS = { memoryMb: 192, cpus: 0.4, processes: 80, openFiles: 1024, diskMb: 64 }
const NEIGHBOUR = 'neighbour'

/** A platform with an app that everybody wants, and others that do their worst beside it. */
export class HostileStage {
  readonly driver: Driver
  readonly platform: Platform
  readonly neighbour: { port: number; pid: number; instance: string }
  readonly load: ReturnType<typeof startLoad>

  private constructor(
    driver: Driver,
    { platform, neighbour }: { platform: Platform; neighbour: HostileStage['neighbour'] },
  ) {
    this.driver = driver
    this.platform = platform
    this.neighbour = neighbour
    this.load = startLoad({ port: platform.httpPort, host: `${NEIGHBOUR}.localhost`, perSecond: 10 })
  }

  static async open(driver: Driver): Promise<HostileStage> {
    const platform = await Platform.start({
      SEAWORTHY_RUNTIME: driver,
      SEAWORTHY_BUILD_DISK_MB: '64',
      SEAWORTHY_BUILD_CONCURRENCY: '8',
      SEAWORTHY_DOCKER_BUILDKIT: 'on',
      SEAWORTHY_WATCH_SECONDS: '0',
    })
    const { deployment } = await platform.deploy(NEIGHBOUR, fixture('healthy'))
    expect(deployment.state, deployment.error?.message).toBe('succeeded')
    const [instance] = await platform.api.call('instances.list', { params: { slug: NEIGHBOUR } })
    const pid = await waitFor(() => processOf(NEIGHBOUR), { what: 'the pid of the neighbour' })
    const neighbour = { port: instance!.port!, pid, instance: instance!.id }
    return new HostileStage(driver, { platform, neighbour })
  }

  async close(): Promise<void> {
    const home = this.dockerHome
    await this.platform.destroy()
    if (home) removeImages(home)
  }

  /** Names the platform on the engine. */
  get dockerHome(): string | undefined {
    return this.driver === 'docker' ? homeOf(this.platform) : undefined
  }

  /** Brings a hostile app to life and lets it do its deed. Resolves once it is at it. */
  async begin(
    deed: string,
    { targets = [], resources = {} }: { targets?: unknown[]; resources?: object } = {},
  ): Promise<HostileInstance> {
    const slug = `does-${deed}`
    const folder = hostileApp({ resources: { ...LIMITS, ...resources } })
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const { deployment } = await this.platform.deploy(slug, folder)
    expect(deployment.state, deployment.error?.message).toBe('succeeded')
    const user = await waitFor(() => userOf(slug), { what: `the user of ${slug}` })
    const instances = await this.platform.api.call('instances.list', { params: { slug } })
    await this.platform.request(slug, `/do/${deed}?targets=${encodeURIComponent(JSON.stringify(targets))}`)
    await this.said(slug, `DOING ${deed}`)
    return { slug, user, instances: instances.map(({ id }) => id) }
  }

  /** A line that the app printed, once it is in its log. */
  said(slug: string, text: string): Promise<string> {
    return waitFor(async () => (await this.#linesWith(slug, text))[0], {
      what: `${slug} to say ${text}`,
      timeoutMs: 120_000,
    })
  }

  /** What the platform says about an app, once it does. */
  told(slug: string, pattern: RegExp): Promise<string> {
    return waitFor(async () => (await this.#sentencesOf(slug)).find(sentence => pattern.test(sentence)), {
      what: `a sentence about ${slug} such as ${pattern}`,
      timeoutMs: 120_000,
    })
  }

  /** A deed says GOT when it had what it must not have. */
  async expectNothingGot({ slug }: HostileInstance): Promise<void> {
    expect((await this.#linesWith(slug, 'GOT')).filter(line => line.startsWith('GOT'))).toEqual([])
  }

  async expectNeighbourWell(): Promise<void> {
    expect(await this.platform.request(NEIGHBOUR)).toMatchObject({ status: 200 })
  }

  /** Stops the app, and waits until nothing of its instances is left. */
  async expectNothingLeft({ slug, user, instances }: HostileInstance): Promise<void> {
    const { home } = this.platform
    const now = await this.platform.api.call('instances.list', { params: { slug } })
    const ids = [...new Set([...instances, ...now.map(({ id }) => id)])]
    const suspect = { slug, user, instances: ids, home, dockerHome: this.dockerHome }
    await this.platform.api.call('apps.stop', { params: { slug } })
    await waitFor(() => tracesOf(suspect).length === 0, {
      what: `${slug} to be gone`,
      timeoutMs: 15_000,
    }).catch(() => {})
    expect(tracesOf(suspect)).toEqual([])
  }

  /** The lines with this in them, also where a flood came after. */
  async #linesWith(slug: string, grep: string): Promise<string[]> {
    const lines = await this.platform.api.call('logs.query', { params: { slug }, query: { grep } })
    return lines.map(line => line.text)
  }

  async #sentencesOf(slug: string): Promise<string[]> {
    const events = await this.platform.api.call('events.app', { params: { slug } })
    return events.map(({ data }) => (data as { sentence?: string }).sentence ?? '')
  }
}

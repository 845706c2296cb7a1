import { rmSync } from 'node:fs'
import { waitFor } from '@seaworthy/testing'
import { expect, onTestFinished } from 'vitest'
import type { HostileBuild } from './hostile-app.ts'
import type { HostileStage } from './hostile-stage.ts'

/** A build that is under way, with all that the platform and its commands said so far. */
export class WatchedBuild {
  readonly slug: string
  readonly number: number
  readonly #stage: HostileStage
  readonly #lines: string[] = []
  readonly #followed: Promise<void>

  private constructor(stage: HostileStage, { slug, number }: { slug: string; number: number }) {
    this.#stage = stage
    this.slug = slug
    this.number = number
    this.#followed = this.#follow()
    this.#followed.catch(() => {}) // `end` tells; a test that failed before has its own reason
  }

  /** Sends an app whose build does a deed. `folderOf` makes it. */
  static async begin(
    stage: HostileStage,
    folderOf: (build: HostileBuild) => string,
    build: HostileBuild,
  ): Promise<WatchedBuild> {
    const slug = `builds-${build.deed}${build.throughBuildKit ? '-kit' : ''}`
    const folder = folderOf(build)
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const { number } = await stage.platform.push(slug, folder)
    return new WatchedBuild(stage, { slug, number })
  }

  /** Waits until the log of the build, or the message that it failed with, says so. */
  async told(pattern: RegExp): Promise<void> {
    await waitFor(() => this.#lines.some(line => pattern.test(line)), {
      what: `the build of ${this.slug} to say ${pattern}`,
      timeoutMs: 200_000,
    }).catch(error => {
      throw new Error(`${error.message} It said:\n${this.#lines.slice(-30).join('\n')}`)
    })
  }

  expectNothingGot(): void {
    expect(this.#lines.filter(line => line.startsWith('GOT'))).toEqual([])
  }

  /** Ends it unless it has ended by itself, and waits until that is so. */
  async end(): Promise<void> {
    const { api } = this.#stage.platform
    const params = { slug: this.slug, number: this.number }
    await api.call('deployments.cancel', { params }).catch(() => undefined) // it has failed already
    await this.#followed
    const { state } = await api.call('deployments.get', { params })
    expect(['cancelled', 'failed']).toContain(state)
  }

  async #follow(): Promise<void> {
    const { api } = this.#stage.platform
    const params = { slug: this.slug, number: this.number }
    for await (const event of api.stream('deployments.events', { params }))
      if (event.type === 'log') this.#lines.push(event.text)
    const { error } = await api.call('deployments.get', { params })
    if (error) this.#lines.push(error.message)
  }
}

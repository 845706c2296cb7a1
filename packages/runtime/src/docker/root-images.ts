import { type DockerEngine, type Dockerode, runsAsRoot } from '@seaworthy/docker'

/** Which images run as root when they are left to themselves. Each is looked into once: it never changes. */
export class RootImages {
  readonly #engine: DockerEngine
  /** By image id. */
  readonly #known = new Map<string, boolean>()

  constructor(engine: DockerEngine) {
    this.#engine = engine
  }

  async has(image: Dockerode.ImageInspectInfo): Promise<boolean> {
    const isRoot = this.#known.get(image.Id) ?? (await runsAsRoot(this.#engine, image))
    this.#known.set(image.Id, isRoot)
    return isRoot
  }
}

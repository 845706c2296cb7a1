import {
  type DockerEngine,
  findImage,
  keepImage,
  mapsUsers,
  parseImageReference,
  pullImage,
  type ResolvedImage,
  resolveImage,
  runsAsRoot,
  sweepKeptImages,
} from '@seaworthy/docker'
import { defineErrors, type Logger } from '@seaworthy/kit'
import type { DockerConnection } from '../platform/docker-connection.ts'
import { factsOf, type ImageFacts } from './image-facts.ts'
import type { Registries } from './registries.ts'

const errors = defineErrors({
  images_need_docker: {
    status: 422,
    message:
      'Images need a Docker engine, and this platform uses none (SEAWORTHY_RUNTIME is process). Set it to auto or docker and restart, or deploy the code instead.',
  },
  image_wrong_platform: {
    status: 422,
    message:
      'The image {reference} is made for {offered}; this server needs {needed}. Build it for {needed} (docker build --platform {needed}) and deploy it again.',
  },
})

export interface ImagesOptions {
  docker: Pick<DockerConnection, 'engine' | 'wasUsed'>
  registries: Pick<Registries, 'authFor'>
  log: Logger
  /** Whether SEAWORTHY_RUNTIME leaves Docker out. */
  isOff?: boolean
}

/** Images that others built: found by name, pinned by digest, brought to the engine, and removed when no release names them. */
export class Images {
  readonly #options: ImagesOptions

  constructor(options: ImagesOptions) {
    this.#options = options
  }

  /**
   * What a name means just now, before anything is downloaded.
   * @throws for names that are none, images that are not there or not for this server, and where no engine answers
   */
  async resolve(reference: string, appId: string, signal?: AbortSignal): Promise<ResolvedImage> {
    if (this.#options.isOff) throw errors.images_need_docker()
    const engine = await this.#options.docker.engine()
    const auth = await this.#auth(reference, appId)
    const resolved = await resolveImage(engine, reference, { auth, signal })
    const needed = await platformOf(engine)
    if (resolved.platforms.length > 0 && !resolved.platforms.includes(needed)) {
      throw errors.image_wrong_platform({ reference, needed, offered: resolved.platforms.join(', ') })
    }
    return resolved
  }

  /** Brings a pinned image to the engine, checks it, and holds on to it. @throws when it cannot be run */
  async fetch(
    pinned: string,
    appId: string,
    { onProgress, signal }: { onProgress: (line: string) => void; signal: AbortSignal },
  ): Promise<ImageFacts> {
    const engine = await this.#options.docker.engine()
    const found = await findImage(engine, pinned)
    if (found) onProgress('the image is on this server already')
    const auth = found ? undefined : await this.#auth(pinned, appId)
    const image = found ?? (await pullImage(engine, pinned, { auth, signal, onProgress }))
    const needed = await platformOf(engine)
    const offered = `${image.Os}/${image.Architecture}`
    if (offered !== needed) throw errors.image_wrong_platform({ reference: pinned, needed, offered })
    await keepImage(engine, image.Id, { isPulled: !found })
    const isRoot = !(await mapsUsers(engine)) && (await runsAsRoot(engine, image))
    return factsOf(image, { isRoot })
  }

  /** Brings back an image that somebody removed from the engine by hand. */
  async bring(pinned: string, appId: string): Promise<void> {
    const engine = await this.#options.docker.engine()
    this.#options.log.info({ image: pinned, app: appId }, 'pulling an image that was removed')
    const image = await pullImage(engine, pinned, { auth: await this.#auth(pinned, appId) })
    await keepImage(engine, image.Id, { isPulled: true })
  }

  /**
   * Removes the images that the platform pulled and no release names. Others' images stay, and so does one that was
   * there before it was first deployed.
   * @param kept artifact digests, `image:sha256:…` among them
   */
  async sweep(kept: ReadonlySet<string>): Promise<{ removed: number }> {
    if (!this.#options.docker.wasUsed()) return { removed: 0 }
    try {
      const engine = await this.#options.docker.engine()
      return { removed: await sweepKeptImages(engine, id => kept.has(`image:${id}`)) }
    } catch (error) {
      this.#options.log.warn({ err: error }, 'unused images could not be removed')
      return { removed: 0 }
    }
  }

  async #auth(reference: string, appId: string) {
    return this.#options.registries.authFor(appId, parseImageReference(reference).registry)
  }
}

/** `linux/amd64`, as images name it. */
async function platformOf(engine: DockerEngine): Promise<string> {
  const { Os, Arch } = await engine.call('tell its version', () => engine.client.version())
  return `${Os}/${Arch}`
}

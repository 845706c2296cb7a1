import { type BuildLogWriter, defaultManifest, type ImageResult, parseManifest } from '@seaworthy/builder'
import { type ImageFacts, refuseRootWithVolume, requireCommand } from './image-facts.ts'
import type { Images } from './images.ts'

/** What the source of an image deployment says, in `origin_json`. */
export interface ImageOrigin {
  /** As the user named it: `nginx:1.27`. */
  reference: string
  /** What that name meant when it was deployed: `nginx@sha256:…`. */
  pinned: string
  /** The text of a `seaworthy.json`: commands, health, limits. */
  manifest?: string
}

export interface ImageFetchRequest {
  app: { id: string }
  origin: ImageOrigin
  log: BuildLogWriter
  signal: AbortSignal
}

/** Stands in for a builder where somebody else built the image already. */
export class ImageFetcher {
  readonly #images: Pick<Images, 'fetch'>

  constructor({ images }: { images: Pick<Images, 'fetch'> }) {
    this.#images = images
  }

  /** The image on the engine, as if it had been built here. @throws when it is not there or cannot be run */
  async fetch({ app, origin, log, signal }: ImageFetchRequest): Promise<ImageResult> {
    const { reference, pinned } = origin
    const manifest = origin.manifest === undefined ? defaultManifest() : parseManifest(origin.manifest)
    const facts = await this.#pull({ app, origin, log, signal })
    requireCommand(facts, { reference, processes: manifest.processes })
    refuseRootWithVolume(facts, { reference, manifest, text: origin.manifest })
    const unkept = facts.volumes.filter(path => !Object.values(manifest.volumes ?? {}).includes(path))
    for (const path of unkept) {
      log.line(
        `note: what the image writes to ${path} goes with each instance; name a volume to keep it`,
        'platform',
      )
    }
    return {
      // An empty line is the image's own command.
      processes: { web: '', ...manifest.processes },
      runtime: { kind: 'image' },
      manifest,
      image: { reference: `image:${facts.id}`, sizeBytes: facts.sizeBytes, port: facts.port, source: pinned },
    }
  }

  async #pull({ app, origin, log, signal }: ImageFetchRequest): Promise<ImageFacts> {
    const { reference, pinned } = origin
    const startedAt = performance.now()
    const ended = (outcome: 'succeeded' | 'failed') =>
      log.stepFinished('pull', outcome, Math.round(performance.now() - startedAt))
    log.stepStarted('pull', `Pulling ${reference} (${pinned.split('@')[1]?.slice(0, 19)})`)
    try {
      const onProgress = (line: string) => log.line(line, 'platform')
      const facts = await this.#images.fetch(pinned, app.id, { onProgress, signal })
      ended('succeeded')
      return facts
    } catch (error) {
      ended('failed')
      throw error
    }
  }
}

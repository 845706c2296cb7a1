import { type Manifest, volumesRefusedToRoot } from '@seaworthy/builder'
import type { Dockerode } from '@seaworthy/docker'
import { defineErrors } from '@seaworthy/kit'

const errors = defineErrors({
  image_without_command: {
    status: 422,
    message:
      'The image {reference} says nothing about what to run: it has neither an entry point nor a command. Name one under "processes" in seaworthy.json and deploy it with --manifest.',
  },
  image_root_with_volume: {
    status: 422,
    message: 'The image {reference} names no user but root, and {refusal}',
  },
})

/** What the platform needs to know of an image. */
export interface ImageFacts {
  /** `sha256:<64 hex>`: what names it on the engine. */
  id: string
  sizeBytes: number
  /** The port that it says it listens on (EXPOSE), the lowest where it names several. */
  port?: number
  /** Whether it says what to run. */
  hasCommand: boolean
  /** Whether it runs as root where it is left to itself, and root is the server's own. */
  isRoot: boolean
  /** Folders that it wants to keep (VOLUME). */
  volumes: string[]
}

export function factsOf(
  image: Dockerode.ImageInspectInfo,
  { isRoot }: Pick<ImageFacts, 'isRoot'>,
): ImageFacts {
  const { Entrypoint, Cmd, ExposedPorts, Volumes } = image.Config
  const ports = Object.keys(ExposedPorts ?? {}).flatMap(tcpPort)
  return {
    id: image.Id,
    sizeBytes: image.Size,
    ...(ports.length > 0 ? { port: Math.min(...ports) } : {}),
    hasCommand: [Entrypoint, Cmd].flat().some(word => Boolean(word)),
    isRoot,
    volumes: Object.keys(Volumes ?? {}),
  }
}

/** @throws `image_without_command` when neither the image nor the manifest says what `web` is */
export function requireCommand(
  { hasCommand }: ImageFacts,
  { reference, processes }: { reference: string; processes: Readonly<Record<string, string>> },
): void {
  if (!hasCommand && Object.values(processes).every(line => line.trim() === '')) {
    throw errors.image_without_command({ reference })
  }
}

/** @throws `image_root_with_volume` when an image of root would get a volume, with the line of the manifest */
export function refuseRootWithVolume(
  { isRoot }: ImageFacts,
  { reference, manifest, text }: { reference: string; manifest: Manifest; text?: string },
): void {
  const refusal = volumesRefusedToRoot({ manifest, text })
  if (isRoot && refusal !== undefined) throw errors.image_root_with_volume({ reference, refusal })
}

function tcpPort(exposed: string): number[] {
  const [, port] = /^(\d+)(?:\/tcp)?$/.exec(exposed) ?? []
  return port === undefined ? [] : [Number(port)]
}

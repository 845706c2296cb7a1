/** Which base images may go. Pure. */

/** An image that this platform brought to the engine because a Dockerfile starts from it. */
export interface PulledImage {
  /** `sha256:…` */
  id: string
  /** As the engine lists it: `debian:12`, `registry.example.com/go@sha256:…`. */
  name: string
  /** Milliseconds since 1970. */
  pulledAt: number
}

/** Any image of the engine. */
export interface EngineImage {
  id: string
  parentId: string
  tags: readonly string[]
  digests: readonly string[]
  /** That nothing else shares. */
  bytes: number
}

export interface BaseImageRules {
  images: readonly EngineImage[]
  /** Ids of images that a container was made of, running or not. */
  usedIds: ReadonlySet<string>
  /** What was pulled later may be about to be used. */
  youngAfterMs: number
}

export interface UnusedBaseImage {
  id: string
  names: string[]
  bytes: number
}

/** Those that the platform itself pulled, that nobody named otherwise since, and that nothing was made of. */
export function unusedBaseImages(
  pulled: readonly PulledImage[],
  { images, usedIds, youngAfterMs }: BaseImageRules,
): UnusedBaseImage[] {
  const parents = new Set(images.map(({ parentId }) => parentId))
  return images.flatMap(({ id, tags, digests, bytes }) => {
    const own = pulled.filter(image => image.id === id)
    const names = own.map(({ name }) => name).filter(name => tags.includes(name) || digests.includes(name))
    const isForeign = names.length === 0 || tags.some(tag => !names.includes(tag))
    const isYoung = own.some(({ pulledAt }) => pulledAt > youngAfterMs)
    if (isForeign || isYoung || parents.has(id) || usedIds.has(id)) return []
    return [{ id, names, bytes }]
  })
}

/** An image on the engine that carries the labels of a build. Images in between have no name. */
export interface OwnImage {
  id: string
  /** The image it was made of, empty where the engine does not know. */
  parentId: string
  tags: readonly string[]
  /** With all below it. */
  sizeBytes: number
  createdMs: number
  appId: string
}

export interface RemovalRules {
  /** Ids of images that releases need. */
  keep: ReadonlySet<string>
  /** Of layers that no kept image needs: they make the next build fast. */
  maxCacheBytes: number
  /** Images made later are left alone. */
  youngAfterMs: number
}

/**
 * Which images go, in an order in which the engine lets them go: children before what they were made of. First every
 * finished image that nothing needs, then the layers that only speed up builds, oldest first, until they fit. Pure.
 */
export function planImageRemoval(
  images: readonly OwnImage[],
  { keep, maxCacheBytes, youngAfterMs }: RemovalRules,
): { image: OwnImage; bytes: number }[] {
  const byId = new Map(images.map(image => [image.id, image]))
  const needed = withAncestors(keep, byId)
  const isFixed = (image: OwnImage) => needed.has(image.id) || image.createdMs > youngAfterMs
  const left = new Map(images.filter(image => !isFixed(image)).map(image => [image.id, image]))
  // What a young image was made of cannot go before it.
  for (const id of withAncestors(new Set(images.filter(isFixed).map(({ id }) => id)), byId)) left.delete(id)
  const bytesOf = (image: OwnImage) =>
    Math.max(0, image.sizeBytes - (byId.get(image.parentId)?.sizeBytes ?? 0))
  let cacheBytes = [...left.values()].reduce((sum, image) => sum + bytesOf(image), 0)
  const plan: { image: OwnImage; bytes: number }[] = []
  for (;;) {
    const next = nextToGo(left, cacheBytes > maxCacheBytes)
    if (!next) return plan
    left.delete(next.id)
    cacheBytes -= bytesOf(next)
    plan.push({ image: next, bytes: bytesOf(next) })
  }
}

/** Nothing is made of it any more: a named one that no release needs, or the oldest when the cache is too large. */
function nextToGo(left: ReadonlyMap<string, OwnImage>, isTooLarge: boolean): OwnImage | undefined {
  const parents = new Set([...left.values()].map(({ parentId }) => parentId))
  const leaves = [...left.values()].filter(({ id }) => !parents.has(id))
  leaves.sort((a, b) => a.createdMs - b.createdMs)
  return leaves.find(({ tags }) => tags.length > 0) ?? (isTooLarge ? leaves[0] : undefined)
}

function withAncestors(ids: ReadonlySet<string>, byId: ReadonlyMap<string, OwnImage>): Set<string> {
  const found = new Set<string>()
  for (const id of ids) {
    for (let at = byId.get(id); at && !found.has(at.id); at = byId.get(at.parentId)) found.add(at.id)
  }
  return found
}

import { type DockerEngine, statusOf } from '@seaworthy/docker'
import {
  type EngineImage,
  type PulledImage,
  type UnusedBaseImage,
  unusedBaseImages,
} from './base-image-removal.ts'

/** A base image that was pulled within this time may be about to be built on. */
const GRACE_MS = 60 * 60_000

/** What of the pulled base images nothing refers to. @param graceMs younger ones are left out; an hour unless told */
export async function findUnusedBaseImages(
  engine: DockerEngine,
  pulled: readonly PulledImage[],
  { graceMs = GRACE_MS } = {},
): Promise<UnusedBaseImage[]> {
  if (pulled.length === 0) return []
  const [images, containers] = await Promise.all([
    listImages(engine),
    engine.call('list containers', () => engine.client.listContainers({ all: true })),
  ])
  const usedIds = new Set(containers.map(({ ImageID }) => ImageID))
  return unusedBaseImages(pulled, { images, usedIds, youngAfterMs: Date.now() - graceMs })
}

/** By its names, so that whatever else it is called by then stays. False where the engine needs it after all. */
export async function removeBaseImage(
  engine: DockerEngine,
  { names }: Pick<UnusedBaseImage, 'names'>,
): Promise<boolean> {
  for (const name of names) {
    if (!(await removeName(engine, name))) return false
  }
  return true
}

function removeName(engine: DockerEngine, name: string): Promise<boolean> {
  return engine.call('remove an image', async () => {
    try {
      await engine.client.getImage(name).remove({ noprune: true })
      return true
    } catch (error) {
      if (statusOf(error) === 404) return true
      if (statusOf(error) === 409) return false
      throw error
    }
  })
}

async function listImages(engine: DockerEngine): Promise<EngineImage[]> {
  const [images, usage] = await Promise.all([
    engine.call('list images', () => engine.client.listImages({ all: true })),
    engine.call('count what is on its disk', () => engine.client.df() as Promise<ImageUsage>),
  ])
  const shared = new Map((usage.Images ?? []).map(({ Id, SharedSize }) => [Id, Math.max(0, SharedSize)]))
  return images.map(({ Id, ParentId, RepoTags, RepoDigests, Size }) => ({
    id: Id,
    parentId: ParentId,
    tags: (RepoTags ?? []).filter(tag => tag !== '<none>:<none>'),
    digests: (RepoDigests ?? []).filter(digest => digest !== '<none>@<none>'),
    bytes: Math.max(0, Size - (shared.get(Id) ?? 0)),
  }))
}

interface ImageUsage {
  Images?: { Id: string; SharedSize: number }[] | null
}

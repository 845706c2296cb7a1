import type Dockerode from 'dockerode'
import type { DockerEngine } from './docker-engine.ts'
import { engineUsage } from './engine-usage.ts'
import { homeNamesOf } from './kept-images.ts'
import { APP_ID_LABEL, BUILD_APP_LABEL, BUILD_HOME_LABEL, INSTANCE_LABEL, isOwn } from './ownership.ts'

/**
 * What an object is: an `image` that a build made or that was pulled for a deployment; a `base-image` that was pulled
 * to build on; a `layer` that builds left to be faster the next time; what an `instance` wrote outside its volumes; a `volume` of the engine.
 */
export type OwnedDiskKind = 'image' | 'base-image' | 'layer' | 'instance' | 'volume'

export interface OwnedDiskItem {
  kind: OwnedDiskKind
  /** The engine's own. */
  id: string
  /** For people: `seaworthy-build/shop:1a2b…`, the id's beginning where it has no name. */
  name: string
  /** Whose it is; undefined for what several apps may use. */
  appId?: string
  /** What its removal alone would free. Layers that images share count for none of them. */
  bytes: number
  /** Whether a container or a further image needs it just now, so that the engine would not let it go. */
  isInUse: boolean
  /** Milliseconds since 1970; undefined where the engine does not say. */
  createdAt?: number
}

export interface EngineDisk {
  /** All on the engine that this platform can prove to be its own. */
  owned: OwnedDiskItem[]
  /** What BuildKit keeps for later builds: it knows no owner of it. Without what images share with it. */
  buildCacheBytes: number
  /** Of all images, containers and volumes that are not: others', and shared layers. */
  otherBytes: number
  /** The folder of the server that holds it all, for example `/var/lib/docker`. */
  rootDirectory: string
}

/**
 * What this platform has on the engine's disk, object by object. The engine counts the files of containers and
 * volumes for it, which can take seconds: for a ledger that is brought up to date now and then, not for a request.
 */
export async function listOwnedDisk(
  engine: DockerEngine,
  { pulledIds = new Set() }: { pulledIds?: ReadonlySet<string> } = {},
): Promise<EngineDisk> {
  const [usage, images, info] = await Promise.all([
    engineUsage<EngineUsage>(engine),
    engine.call('list images', () => engine.client.listImages({ all: true })),
    engine.call('tell about itself', () => engine.client.info()),
  ])
  const owned = [
    ...ownImages(engine, images, { ...usage, pulledIds }),
    ...ownContainers(engine, usage),
    ...ownVolumes(engine, usage),
  ]
  const ownedBytes = owned.reduce((sum, { bytes }) => sum + bytes, 0)
  const buildCacheBytes = buildCacheOf(usage)
  const otherBytes = Math.max(0, totalOf(usage) - ownedBytes - buildCacheBytes)
  return { owned, buildCacheBytes, otherBytes, rootDirectory: String(info.DockerRootDir) }
}

/** https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemDataUsage */
interface EngineUsage {
  LayersSize?: number
  Images?: { Id: string; SharedSize: number; Containers: number }[] | null
  Containers?: (Dockerode.ContainerInfo & { SizeRw?: number })[] | null
  Volumes?: Dockerode.VolumeInspectInfo[] | null
  BuildCache?: { Size: number; Shared: boolean }[] | null
}

function buildCacheOf({ BuildCache }: EngineUsage): number {
  return (BuildCache ?? []).filter(({ Shared }) => !Shared).reduce((sum, { Size }) => sum + Size, 0)
}

function totalOf(usage: EngineUsage): number {
  const { LayersSize = 0, Containers, Volumes } = usage
  const containers = (Containers ?? []).reduce((sum, { SizeRw = 0 }) => sum + SizeRw, 0)
  const volumes = (Volumes ?? []).reduce((sum, volume) => sum + sizeOfVolume(volume), 0)
  return LayersSize + containers + volumes + buildCacheOf(usage)
}

function ownImages(
  engine: DockerEngine,
  images: readonly Dockerode.ImageInfo[],
  { Images, Containers, pulledIds }: EngineUsage & { pulledIds: ReadonlySet<string> },
): OwnedDiskItem[] {
  const byId = new Map(images.map(image => [image.Id, image]))
  const parents = new Set(images.map(({ ParentId }) => ParentId))
  const running = new Set((Containers ?? []).map(({ ImageID }) => ImageID))
  const shared = new Map((Images ?? []).map(({ Id, SharedSize }) => [Id, SharedSize]))
  return images.flatMap((image): OwnedDiskItem[] => {
    const { Id, RepoTags, Labels, Created } = image
    const isBuilt = Labels?.[BUILD_HOME_LABEL] === engine.home
    const isPulled = homeNamesOf(engine, image).some(({ kind }) => kind === 'pulled')
    const isEmpty = isOwn(engine.home, Labels)
    const isBase = pulledIds.has(Id) && !isBuilt && !isPulled
    if (!isBuilt && !isPulled && !isEmpty && !isBase) return []
    const names = (RepoTags ?? []).filter(name => name !== '<none>:<none>')
    const appId = Labels?.[BUILD_APP_LABEL]
    return [
      {
        kind: isBase ? 'base-image' : names.length > 0 ? 'image' : 'layer',
        id: Id,
        name: names[0] ?? Id.slice(7, 19),
        ...(isBuilt && appId ? { appId } : {}),
        bytes: isBuilt
          ? aboveParent(image, byId)
          : Math.max(0, image.Size - Math.max(0, shared.get(Id) ?? 0)),
        isInUse: running.has(Id) || parents.has(Id),
        createdAt: Created * 1000,
      },
    ]
  })
}

/** Sizes are told with all that lies below. */
function aboveParent(image: Dockerode.ImageInfo, byId: ReadonlyMap<string, Dockerode.ImageInfo>): number {
  return Math.max(0, image.Size - (byId.get(image.ParentId)?.Size ?? 0))
}

function ownContainers({ home }: DockerEngine, { Containers }: EngineUsage): OwnedDiskItem[] {
  const isOurs = (labels: Record<string, string>) =>
    isOwn(home, labels) || (labels[BUILD_HOME_LABEL] === home && !labels[INSTANCE_LABEL])
  return (Containers ?? [])
    .filter(({ Labels }) => isOurs(Labels))
    .map(({ Id, Names, Labels, SizeRw = 0, State, Created }) => ({
      kind: 'instance',
      id: Id,
      name: Names[0]?.slice(1) ?? Id.slice(0, 12),
      ...appOf(Labels[APP_ID_LABEL] ?? Labels[BUILD_APP_LABEL]),
      bytes: SizeRw,
      isInUse: State === 'running',
      createdAt: Created * 1000,
    }))
}

function ownVolumes({ home }: DockerEngine, { Volumes }: EngineUsage): OwnedDiskItem[] {
  return (Volumes ?? [])
    .filter(({ Labels }) => isOwn(home, Labels))
    .map(volume => ({
      kind: 'volume',
      id: volume.Name,
      name: volume.Name,
      ...appOf(volume.Labels[APP_ID_LABEL]),
      bytes: sizeOfVolume(volume),
      isInUse: (volume.UsageData?.RefCount ?? 0) > 0,
    }))
}

function appOf(appId: string | undefined): { appId?: string } {
  return appId ? { appId } : {}
}

/** -1 where the engine cannot tell: a volume that lies elsewhere. */
function sizeOfVolume({ UsageData }: Dockerode.VolumeInspectInfo): number {
  return Math.max(0, UsageData?.Size ?? 0)
}

import type Dockerode from 'dockerode'
import type { DockerEngine } from './docker-engine.ts'
import { dockerErrors, statusOf } from './errors.ts'
import { isOwn, type Labels, ownFilter } from './ownership.ts'

type Kind = 'container' | 'network' | 'volume'

/** The platform's own container behind a name or id; undefined when there is none, or it is someone else's. */
export async function findContainer(
  engine: DockerEngine,
  id: string,
): Promise<Dockerode.ContainerInspectInfo | undefined> {
  const found = await inspect(engine, 'look at a container', () => engine.client.getContainer(id).inspect())
  return found && isOwn(engine.home, found.Config.Labels) ? found : undefined
}

/** Own containers, running or not, that carry `labels`. */
export function listContainers(
  engine: DockerEngine,
  labels: Labels = {},
): Promise<Dockerode.ContainerInfo[]> {
  return engine.call('list containers', () =>
    engine.client.listContainers({ all: true, filters: ownFilter(engine.home, labels) }),
  )
}

/**
 * Kills and removes a container with its anonymous volumes. One that is gone already is not an error.
 * @throws `docker_object_foreign` when it is not this platform's
 */
export async function removeContainer(engine: DockerEngine, id: string): Promise<void> {
  const found = await inspect(engine, 'look at a container', () => engine.client.getContainer(id).inspect())
  if (!found) return
  requireOwn(engine, 'container', found.Name.slice(1), found.Config.Labels)
  await engine.call('remove a container', () =>
    ignoreGone(engine.client.getContainer(found.Id).remove({ force: true, v: true })),
  )
}

/**
 * The network of this name, made where it is missing; `subnet` as `10.1.2.0/26`, the engine's choice when left out.
 * @throws `docker_object_foreign` when the name is taken
 */
export async function ensureNetwork(
  engine: DockerEngine,
  options: { name: string; labels?: Labels; internal?: boolean; subnet?: string },
): Promise<string> {
  const { name, labels, internal = false, subnet } = options
  const found = await inspect(engine, 'look at a network', () => engine.client.getNetwork(name).inspect())
  if (found) {
    requireOwn(engine, 'network', name, found.Labels)
    return found.Id
  }
  const made = await engine.call('make a network', () =>
    engine.client.createNetwork({
      Name: name,
      Driver: 'bridge',
      CheckDuplicate: true,
      Internal: internal,
      ...(subnet === undefined ? {} : { IPAM: { Driver: 'default', Config: [{ Subnet: subnet }] } }),
      Labels: engine.labels(labels),
    }),
  )
  return made.id
}

export function listNetworks(
  engine: DockerEngine,
  labels: Labels = {},
): Promise<Dockerode.NetworkInspectInfo[]> {
  return engine.call('list networks', () =>
    engine.client.listNetworks({ filters: ownFilter(engine.home, labels) }),
  )
}

/** A network that is gone, or that something is still attached to, is not an error: answers whether it is gone. */
export async function removeNetwork(engine: DockerEngine, name: string): Promise<boolean> {
  const found = await inspect(engine, 'look at a network', () => engine.client.getNetwork(name).inspect())
  if (!found) return true
  requireOwn(engine, 'network', name, found.Labels)
  if (Object.keys(found.Containers ?? {}).length > 0) return false
  return engine.call('remove a network', () => removeUnlessUsed(engine.client.getNetwork(found.Id)))
}

/** The volume of this name, made where it is missing. @throws `docker_object_foreign` when the name is taken */
export async function ensureVolume(
  engine: DockerEngine,
  { name, labels }: { name: string; labels?: Labels },
): Promise<void> {
  const found = await inspect(engine, 'look at a volume', () => engine.client.getVolume(name).inspect())
  if (found) return requireOwn(engine, 'volume', name, found.Labels)
  await engine.call('make a volume', () =>
    engine.client.createVolume({ Name: name, Labels: engine.labels(labels) }),
  )
}

export async function listVolumes(
  engine: DockerEngine,
  labels: Labels = {},
): Promise<Dockerode.VolumeInspectInfo[]> {
  const filters = ownFilter(engine.home, labels)
  const { Volumes } = await engine.call('list volumes', () => engine.client.listVolumes({ filters }))
  return Volumes ?? []
}

/** Removes a volume and all in it. @throws `docker_object_foreign` when it is not this platform's */
export async function removeVolume(engine: DockerEngine, name: string): Promise<void> {
  const found = await inspect(engine, 'look at a volume', () => engine.client.getVolume(name).inspect())
  if (!found) return
  requireOwn(engine, 'volume', name, found.Labels)
  await engine.call('remove a volume', () => ignoreGone(engine.client.getVolume(name).remove()))
}

function requireOwn(
  { home }: DockerEngine,
  kind: Kind,
  name: string,
  labels: Labels | null | undefined,
): void {
  if (!isOwn(home, labels)) throw dockerErrors.docker_object_foreign({ kind, name })
}

function inspect<T>(engine: DockerEngine, what: string, action: () => Promise<T>): Promise<T | undefined> {
  return engine.call(what, () =>
    action().catch(error => (statusOf(error) === 404 ? undefined : Promise.reject(error))),
  )
}

async function removeUnlessUsed(network: Dockerode.Network): Promise<boolean> {
  try {
    await network.remove()
    return true
  } catch (error) {
    if (statusOf(error) === 404) return true
    // Something was attached since we looked: "has active endpoints".
    if (statusOf(error) === 403 || statusOf(error) === 409) return false
    throw error
  }
}

/** Gone (404), or on its way out by another call (409 "removal … is already in progress"). */
async function ignoreGone(action: Promise<unknown>): Promise<void> {
  await action.catch(error => {
    const isGoing = statusOf(error) === 409 && /in progress/.test(String((error as Error).message))
    if (statusOf(error) !== 404 && !isGoing) throw error
  })
}

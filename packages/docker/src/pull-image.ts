import type Dockerode from 'dockerode'
import type { DockerEngine } from './docker-engine.ts'
import { asDockerError, dockerErrors, reasonOf, statusOf } from './errors.ts'
import { type ImageReference, parseImageReference } from './image-reference.ts'

export interface RegistryAuth {
  username: string
  password: string
}

export interface ResolvedImage {
  /** `repository@sha256:…`: names these bytes for good. */
  pinned: string
  /** Of the manifest in the registry: `sha256:<64 hex>`. */
  digest: string
  /** What it is made for, as `linux/amd64`. Empty where the registry does not say. */
  platforms: string[]
}

interface RegistryCall {
  auth?: RegistryAuth
  signal?: AbortSignal
}

/**
 * Asks the registry, through the engine, which bytes a name means just now. Nothing is downloaded.
 * @throws `image_reference_invalid`, `image_not_found`, `image_sign_in_refused`, `image_registry_unreachable`
 */
export async function resolveImage(
  engine: DockerEngine,
  reference: string,
  { auth, signal }: RegistryCall = {},
): Promise<ResolvedImage> {
  const parsed = parseImageReference(reference)
  try {
    const { Descriptor, Platforms } = await engine.client.getImage(withTag(parsed)).distribution({
      authconfig: authConfig(parsed, auth),
      abortSignal: signal,
    })
    const { digest } = Descriptor
    return { pinned: `${parsed.repository}@${digest}`, digest, platforms: platformNames(Platforms) }
  } catch (error) {
    signal?.throwIfAborted()
    throw registryError(engine, parsed, error, auth !== undefined)
  }
}

/**
 * Brings an image onto the engine. `onProgress` gets a line when a step ends or a layer is complete.
 * @throws as `resolveImage`
 */
export async function pullImage(
  engine: DockerEngine,
  reference: string,
  { auth, signal, onProgress }: RegistryCall & { onProgress?: (line: string) => void } = {},
): Promise<Dockerode.ImageInspectInfo> {
  const parsed = parseImageReference(reference)
  const name = withTag(parsed)
  try {
    const stream = await engine.client.pull(name, {
      authconfig: authConfig(parsed, auth),
      abortSignal: signal,
    })
    await followPull(engine, stream, onProgress)
    return await engine.client.getImage(name).inspect()
  } catch (error) {
    signal?.throwIfAborted()
    throw registryError(engine, parsed, error, auth !== undefined)
  }
}

/** The image on the engine behind a name, an id or a digest; undefined when it is not there. */
export function findImage(
  engine: DockerEngine,
  reference: string,
): Promise<Dockerode.ImageInspectInfo | undefined> {
  return engine.call('look at an image', () =>
    engine.client
      .getImage(reference)
      .inspect()
      .catch(error => (statusOf(error) === 404 ? undefined : Promise.reject(error))),
  )
}

interface PullEvent {
  status?: string
  id?: string
  error?: string
  progressDetail?: { current?: number; total?: number }
}

async function followPull(
  engine: DockerEngine,
  stream: NodeJS.ReadableStream,
  onProgress: ((line: string) => void) | undefined,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  engine.client.modem.followProgress(
    stream,
    error => (error ? reject(error) : resolve()),
    ({ status, id, progressDetail }: PullEvent) => {
      // The counters of a running download come many times a second; a log wants the steps only.
      if (status && progressDetail?.current === undefined) onProgress?.(id ? `${id}: ${status}` : status)
    },
  )
  await promise
}

function withTag({ repository, tag, digest }: ImageReference): string {
  return digest ? `${repository}@${digest}` : `${repository}:${tag ?? 'latest'}`
}

function authConfig({ registry }: ImageReference, auth: RegistryAuth | undefined) {
  if (!auth) return undefined
  const serveraddress = registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry
  return { ...auth, serveraddress }
}

function platformNames(platforms: { os: string; architecture: string; variant?: string }[] | null): string[] {
  const named = (platforms ?? []).filter(({ os, architecture }) => os && architecture && os !== 'unknown')
  return named.map(({ os, architecture }) => `${os}/${architecture}`)
}

function registryError(
  engine: DockerEngine,
  parsed: ImageReference,
  error: unknown,
  hasAuth: boolean,
): unknown {
  const reason = reasonOf(error)
  const { registry } = parsed
  const reference = withTag(parsed)
  if (isRefusal(error, reason)) {
    return hasAuth
      ? dockerErrors.image_sign_in_refused({ registry, reference }, { cause: error })
      : dockerErrors.image_not_found({ registry, reference }, { cause: error })
  }
  if (statusOf(error) === 404 || /manifest unknown|not found|no matching manifest/i.test(reason)) {
    return dockerErrors.image_not_found({ registry, reference }, { cause: error })
  }
  const ours = asDockerError(error, { host: engine.host, what: `reach ${registry}` })
  if (ours.code !== 'docker_failed') return ours
  return dockerErrors.image_registry_unreachable({ registry, reference, reason }, { cause: error })
}

function isRefusal(error: unknown, reason: string): boolean {
  const status = statusOf(error)
  return status === 401 || status === 403 || /unauthorized|denied|no basic auth credentials/i.test(reason)
}

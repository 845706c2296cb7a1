import {
  BUILD_APP_LABEL,
  BUILD_HOME_LABEL,
  type DockerEngine,
  dockerErrors,
  familiarName,
  findImage,
  parseImageReference,
  pullImage,
  type RegistryAuth,
  resolveImage,
} from '@seaworthy/docker'
import { AppError } from '@seaworthy/kit'
import type { PulledImage } from './base-image-removal.ts'
import { checkTriggers, type DockerfileProblem, type ImageUse } from './dockerfile-checks.ts'

export interface BaseImagesOptions {
  engine: DockerEngine
  appId: string
  /** What the app signs in to a registry with. */
  authOf?: (registry: string, appId: string) => Promise<RegistryAuth | undefined>
  remark(text: string): void
  /** An image was brought to the engine that was not there: it is the platform's to remove once nothing needs it. */
  onPulled?: ((image: PulledImage) => Promise<void>) | undefined
  signal: AbortSignal
}

/**
 * Brings the images that a Dockerfile starts from to the engine, and looks at them: another app's image is nobody's
 * base, and what a base does by itself is under the same rules as the file.
 */
export async function fetchBaseImages(
  uses: readonly ImageUse[],
  options: BaseImagesOptions,
): Promise<DockerfileProblem[]> {
  const problems: DockerfileProblem[] = []
  for (const use of uses) {
    options.signal.throwIfAborted()
    const image = await fetchImage(use, options)
    if (isForeign(image.Config?.Labels, options)) {
      problems.push({
        line: use.line,
        message: `"${use.image}" is an image of another app: its files are its own.`,
      })
      continue
    }
    if (use.isBase) problems.push(...checkTriggers(image.Config?.OnBuild ?? [], use.line))
  }
  return problems
}

async function fetchImage({ image, line }: ImageUse, options: BaseImagesOptions) {
  const { engine, authOf, appId, remark, onPulled, signal } = options
  const reference = parseImageReference(image)
  const auth = await authOf?.(reference.registry, appId)
  const known = await findImage(engine, image)
  if (known) {
    // It may have been brought here for an app that may read what this one may not.
    if ((known.RepoDigests ?? []).length > 0) await ensureReadable(image, { engine, auth, signal })
    return known
  }
  remark(`Fetching ${image}`)
  const pulled = await pullImage(engine, image, { auth, signal, onProgress: remark }).catch(
    (error: unknown) => {
      if (error instanceof AppError) error.message = `Line ${line} of the Dockerfile: ${error.message}`
      throw error
    },
  )
  await onPulled?.({ id: pulled.Id, name: familiarName(image), pulledAt: Date.now() })
  return pulled
}

/** A registry that does not answer is no reason to refuse what is here. */
async function ensureReadable(
  image: string,
  { engine, auth, signal }: { engine: DockerEngine; auth?: RegistryAuth; signal: AbortSignal },
): Promise<void> {
  await resolveImage(engine, image, { auth, signal }).catch((error: unknown) => {
    const code = error instanceof AppError ? error.code : ''
    if (code === 'image_not_found' || code === 'image_sign_in_refused')
      throw dockerErrors.image_not_found({ reference: image, registry: parseImageReference(image).registry })
    if (signal.aborted) throw signal.reason
  })
}

function isForeign(
  labels: Readonly<Record<string, string>> | null | undefined,
  { engine, appId }: BaseImagesOptions,
): boolean {
  const owner = labels?.[BUILD_APP_LABEL]
  return owner !== undefined && (owner !== appId || labels?.[BUILD_HOME_LABEL] !== engine.home)
}

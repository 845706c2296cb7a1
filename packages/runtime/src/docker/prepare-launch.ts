import { type DockerEngine, type Dockerode, findImage, mapsUsers } from '@seaworthy/docker'
import { AppError } from '@seaworthy/kit'
import { ensureStartable, type PathsInside, parseCommandLine } from '@seaworthy/sandbox'
import { CommandMissing } from '../errors.ts'
import type { InstanceSpec, RunnableArtifact } from '../runtime.ts'
import { ensureEmptyImage, hostPaths } from './host-root.ts'
import type { RootImages } from './root-images.ts'

export interface LaunchOptions {
  engine: DockerEngine
  /** Host folder of the tool chains, for trees. */
  toolchainsDirectory: string
  /** Where a tree's instance finds its tree and the tool chains: the same as it was built with. */
  pathsInside: (directory: string) => PathsInside
  /** The user of an app on this host. */
  userIdOf: (userNumber: number) => number
  /** Brings back an image that is no longer on the engine. Rejects with a sentence for the user. */
  bringImage?: (reference: string, app: InstanceSpec['app']) => Promise<void>
}

interface Preparation extends LaunchOptions {
  rootImages: RootImages
}

/** What of a container depends on the kind of artifact. */
export interface Launch {
  image: string
  argv?: string[]
  workingDirectory?: string
  user?: string
  /** The number of that user, or of the image's own where it gives one. */
  userId?: number
  readable: { source: string; target: string }[]
  temporary: string[]
  port?: number
}

/** In the instance's own network: two instances may both have it, and `http://web` needs no number. */
const DEFAULT_PORT = 80

/** Rejects with a plain sentence for all that can be known to fail before anything is made. */
export async function prepareLaunch(spec: InstanceSpec, options: Preparation): Promise<Launch> {
  const { artifact } = spec
  const port = spec.needsPort ? (artifact.kind === 'image' && artifact.port) || DEFAULT_PORT : undefined
  const env = port === undefined ? spec.env : { ...spec.env, PORT: String(port), HOST: '0.0.0.0' }
  const launch =
    artifact.kind === 'tree'
      ? await launchTree({ ...spec, env }, artifact, options)
      : await launchImage({ ...spec, env }, artifact, options)
  return { ...launch, ...(port === undefined ? {} : { port }) }
}

async function launchTree(
  spec: InstanceSpec,
  { directory }: RunnableArtifact & { kind: 'tree' },
  options: LaunchOptions,
): Promise<Launch> {
  const { engine, toolchainsDirectory, pathsInside } = options
  const { id, command, env, app, limits } = spec
  if (command === undefined) throw new CommandMissing()
  const argv = parseCommandLine(command, env)
  const userId = await appUser(options, app.userNumber)
  const { workTree, toolchains } = pathsInside(directory)
  const output = { stdout: '', stderr: '' }
  const checked = { id, argv, directory, writable: false, env, userNumber: app.userNumber, limits, output }
  await ensureStartable({ spec: checked, env, toolchainsDirectory, userId })
  return {
    image: await ensureEmptyImage(engine),
    argv,
    workingDirectory: workTree,
    user: `${userId}:${userId}`,
    userId,
    readable: [
      ...hostPaths().map(path => ({ source: path, target: path })),
      { source: toolchainsDirectory, target: toolchains },
      { source: directory, target: workTree },
    ],
    temporary: ['/tmp'],
  }
}

async function launchImage(
  spec: InstanceSpec,
  artifact: RunnableArtifact & { kind: 'image' },
  options: Preparation,
): Promise<Launch> {
  const image = await imageOf(spec, artifact, options)
  const user = await imageUser(options, image, spec)
  return {
    image: image.Id,
    // An empty line means the image's own command.
    argv: !spec.command?.trim() ? undefined : parseCommandLine(spec.command, spec.env),
    ...(user === undefined ? {} : { user }),
    ...numberOf(user ?? image.Config.User),
    readable: [],
    temporary: ['/tmp', '/run'],
  }
}

async function imageOf(
  { app }: InstanceSpec,
  { reference, source }: RunnableArtifact & { kind: 'image' },
  { engine, bringImage }: LaunchOptions,
): Promise<Dockerode.ImageInspectInfo> {
  const kept = (await findImage(engine, reference)) ?? (source && (await findImage(engine, source)))
  if (kept) return kept
  // Somebody removed it by hand. The registry still has these very bytes, if it has any.
  if (source) await bringImage?.(source, app)
  const brought = source && (await findImage(engine, source))
  if (!brought) throw imageMissing(reference)
  return brought
}

/**
 * Root in a container is root on the host unless the engine maps users. So an image that names no user, or root, runs
 * as the app's own user; with mapped users its root is nobody on the host, and may stay.
 */
async function imageUser(
  { engine, rootImages, userIdOf }: Preparation,
  image: Dockerode.ImageInspectInfo,
  { app }: InstanceSpec,
): Promise<string | undefined> {
  if (!(await rootImages.has(image)) || (await mapsUsers(engine))) return undefined
  const userId = userIdOf(app.userNumber)
  return `${userId}:${userId}`
}

/** `1000` or `1000:1000`; what a name means only the image's own files know. */
function numberOf(user: string): { userId?: number } {
  const [, id] = /^(\d+)(?::|$)/.exec(user) ?? []
  return id === undefined ? {} : { userId: Number(id) }
}

const FIRST_MAPPED_USER = 10_000
const MAPPED_USERS = 50_000

/** Of each app another. An engine that maps users has ids up to 65,535 only. */
async function appUser({ engine, userIdOf }: LaunchOptions, userNumber: number): Promise<number> {
  if (!(await mapsUsers(engine))) return userIdOf(userNumber)
  return FIRST_MAPPED_USER + (userNumber % MAPPED_USERS)
}

function imageMissing(reference: string): AppError {
  return new AppError(
    'image_gone',
    `The image ${reference} is no longer on this server's Docker engine. Deploy it again.`,
    { status: 409 },
  )
}

import {
  type DockerEngine,
  type Dockerode,
  findImage,
  mapsUsers,
  namesRoot,
  runsAsRoot,
} from '@seaworthy/docker'
import { BuildFailed } from '../errors.ts'
import { volumesRefusedToRoot } from '../volumes-of-root.ts'
import type { DockerPlan } from './docker-plan.ts'
import type { Dockerfile } from './dockerfile.ts'
import type { DockerfileProblem } from './dockerfile-checks.ts'
import { type BaseImage, type DockerfileUser, userOfDockerfile } from './dockerfile-user.ts'

/** What is wrong where a Dockerfile makes an image of root and the manifest gives it a volume, before anything is built. */
export async function rootWithVolume(
  engine: DockerEngine,
  { plan, file }: { plan: DockerPlan; file: Dockerfile },
): Promise<DockerfileProblem[]> {
  const refusal = volumesRefusedToRoot({ manifest: plan.manifest, text: plan.manifestText })
  if (refusal === undefined || (await mapsUsers(engine))) return []
  const user = await userOfDockerfile(file, {
    target: plan.target,
    baseOf: image => baseImage(engine, image),
  })
  if (!user || !namesRoot(user.name)) return []
  return [{ line: user.line, message: `${sayWho(user)}, and ${refusal}` }]
}

/** The same of the finished image, for users that only the build could tell. @throws {BuildFailed} */
export async function refuseRootWithVolume(
  engine: DockerEngine,
  { plan, image }: { plan: DockerPlan; image: Dockerode.ImageInspectInfo },
): Promise<void> {
  const refusal = volumesRefusedToRoot({ manifest: plan.manifest, text: plan.manifestText })
  if (refusal === undefined || (await mapsUsers(engine)) || !(await runsAsRoot(engine, image))) return
  throw new BuildFailed(`The image of ${plan.path} would run as root, and ${refusal}`, {
    step: 'collect',
    exitCode: null,
    lastLines: [],
  })
}

async function baseImage(engine: DockerEngine, image: string): Promise<BaseImage | undefined> {
  const found = await findImage(engine, image)
  return found && { user: found.Config.User, triggers: found.Config.OnBuild ?? [] }
}

function sayWho({ name }: DockerfileUser): string {
  return name === ''
    ? 'neither this image nor a USER line names a user, so the app would run as root'
    : `the app would run as root (USER ${name})`
}

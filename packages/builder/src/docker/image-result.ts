import type { DockerEngine } from '@seaworthy/docker'
import { BUILD_APP_LABEL } from '@seaworthy/docker'
import type { BuildSpec, ImageResult } from '../builder.ts'
import { BuildFailed } from '../errors.ts'
import type { DockerPlan } from './docker-plan.ts'
import { refuseRootWithVolume } from './root-with-volume.ts'

/** What starts with this is an artifact of kind image; the rest is the id of an image on the engine. */
export const IMAGE_REFERENCE_PREFIX = 'image:'

/** Looks at the finished image, gives it a name so that no tool takes it for rubbish, and tells how to run it. */
export async function imageResult(
  engine: DockerEngine,
  { imageId, plan, app }: { imageId: string; plan: DockerPlan; app: BuildSpec['app'] },
): Promise<ImageResult> {
  const image = engine.client.getImage(imageId)
  const found = await engine.call('look at the image', () => image.inspect())
  const { Id, Size, Config } = found
  await refuseRootWithVolume(engine, { plan, image: found })
  const web = plan.processes.web ?? ''
  const hasCommand = [Config.Cmd, Config.Entrypoint].some(words => words != null && words.length > 0)
  if (web === '' && !hasCommand) throw nothingToRun(plan)
  if (Config.Labels?.[BUILD_APP_LABEL] !== app.id)
    throw new Error('the built image does not carry its labels')
  await engine.call('name the image', () => image.tag({ repo: repositoryOf(app), tag: Id.slice(-12) }))
  const ports = Object.keys(Config.ExposedPorts ?? {}).filter(port => /^\d+(\/tcp)?$/.test(port))
  return {
    image: {
      reference: `${IMAGE_REFERENCE_PREFIX}${Id}`,
      sizeBytes: Size,
      ...(ports.length === 1 ? { port: Number.parseInt(ports[0]!, 10) } : {}),
    },
    processes: { ...plan.processes, web },
    runtime: { kind: 'image' },
    manifest: plan.manifest,
  }
}

/** Under this name an app's images stand in the lists of other tools. */
export function repositoryOf({ slug }: Pick<BuildSpec['app'], 'slug'>): string {
  return `seaworthy-build/${slug}`
}

function nothingToRun({ path }: DockerPlan): BuildFailed {
  return new BuildFailed('The image has no command to run.', {
    step: 'collect',
    exitCode: null,
    lastLines: [],
    hint: `Add a CMD to ${path}, or "processes": { "web": "…" } to seaworthy.json.`,
  })
}

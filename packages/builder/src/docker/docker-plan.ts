import type { SourceFacts } from '../detect/source-facts.ts'
import { BuildFailed } from '../errors.ts'
import { MANIFEST_FILE, type Manifest } from '../manifest.ts'
import { baseImagesOf } from './generate/base-images.ts'
import { generateDockerfile } from './generate/generators.ts'

/** What a Docker build will do, decided before anything runs. */
export interface DockerPlan {
  /** For people: `App with a Dockerfile`. */
  title: string
  /** Of the Dockerfile, in the source. */
  path: string
  text: string
  isGenerated: boolean
  target?: string
  args: Readonly<Record<string, string>>
  /** The `.dockerignore` to use where the source has none. */
  ignored: string
  /** Without `web`, the image's own command runs. */
  processes: Record<string, string>
  manifest: Manifest
  /** Of `seaworthy.json`, to name lines of it. */
  manifestText?: string
}

export interface DockerPlanRequest {
  facts: SourceFacts
  manifest: Manifest
  /** What the platform sets instead of the defaults. */
  baseImages: Readonly<Record<string, string>>
  /** Reads a file of the source. */
  read(path: string): Promise<string | undefined>
}

export const DOCKERFILE = 'Dockerfile'
const MAX_DOCKERFILE_CHARACTERS = 1_048_576
const IGNORED = '.git\n'
const IGNORED_WHEN_GENERATED =
  '.git\n.env\n.env.*\nnode_modules\n.venv\nvenv\n**/__pycache__\ntarget\nvendor/bundle\n'

/** @throws {DetectionFailed | BuildFailed} when there is no Dockerfile and none can be written */
export async function planDockerBuild(request: DockerPlanRequest): Promise<DockerPlan> {
  const { manifest, facts, read } = request
  const { target, args = {} } = manifest.build
  const path = manifest.build.dockerfile ?? DOCKERFILE
  const isThere = manifest.build.dockerfile !== undefined || facts.entries.includes(DOCKERFILE)
  if (!isThere) return generatedPlan(request)
  const text = await read(path)
  if (text === undefined) throw missing(path)
  const plan = {
    title: 'App with a Dockerfile',
    path,
    text,
    isGenerated: false,
    target,
    args,
    ignored: IGNORED,
  }
  return { ...plan, processes: manifest.processes, manifest, manifestText: facts.texts[MANIFEST_FILE] }
}

function generatedPlan({ facts, manifest, baseImages }: DockerPlanRequest): DockerPlan {
  const images = baseImagesOf(baseImages, manifest.build.baseImages ?? {})
  const { title, text, processes } = generateDockerfile({ facts, manifest, images })
  return {
    title: `${title} app`,
    path: DOCKERFILE,
    text,
    isGenerated: true,
    target: undefined,
    args: manifest.build.args ?? {},
    ignored: IGNORED_WHEN_GENERATED,
    processes,
    manifest: { ...manifest, processes },
    manifestText: facts.texts[MANIFEST_FILE],
  }
}

function missing(path: string): BuildFailed {
  const kb = MAX_DOCKERFILE_CHARACTERS / 1024
  return new BuildFailed(
    `There is no "${path}" in the source, which "build.dockerfile" names, or it is no plain file below ${kb} KB.`,
    {
      step: 'detect',
      exitCode: null,
      lastLines: [],
      hint: 'Check the path: it is relative to the root of the app.',
    },
  )
}

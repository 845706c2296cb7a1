export { lineOfBuildMemory } from './build-memory.ts'
export type * from './builder.ts'
export { BuilderSet, type BuilderSetOptions } from './builder-set.ts'
export { chooseBuilder } from './choose-builder.ts'
export type { BuildPlan } from './detect/build-plan.ts'
export { planBuild } from './detect/plan-build.ts'
export { readSource } from './detect/read-source.ts'
export { collectFacts, type SourceFacts } from './detect/source-facts.ts'
export type { PulledImage } from './docker/base-image-removal.ts'
export type { DockerBuilder } from './docker/docker-builder.ts'
export { planDockerBuild } from './docker/docker-plan.ts'
export { BASE_IMAGE_NAMES } from './docker/generate/base-images.ts'
export {
  BuildCancelled,
  BuildFailed,
  type BuildFailure,
  BuildTimedOut,
  DetectionFailed,
  ManifestInvalid,
  ToolchainUnavailable,
} from './errors.ts'
export { createHostBuilder, type HostBuilder, type HostBuilderOptions } from './host/host-builder.ts'
export type { Leftover } from './leftovers.ts'
export { defaultManifest, type Manifest, parseManifest, readManifest } from './manifest.ts'
export { createToolchains, type Toolchains, type ToolchainsOptions } from './toolchains/toolchains.ts'
export { volumesRefusedToRoot } from './volumes-of-root.ts'

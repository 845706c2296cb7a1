export type * from './builder.ts'
export type { BuildPlan } from './detect/build-plan.ts'
export { planBuild } from './detect/plan-build.ts'
export { collectFacts, type SourceFacts } from './detect/source-facts.ts'
export {
  createDockerBuilder,
  type DockerBuilder,
  type DockerBuilderOptions,
} from './docker/docker-builder.ts'
export { IMAGE_REFERENCE_PREFIX } from './docker/image-result.ts'
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
export { defaultManifest, type Manifest, parseManifest } from './manifest.ts'
export { createToolchains, type Toolchains, type ToolchainsOptions } from './toolchains/toolchains.ts'

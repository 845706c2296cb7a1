import { BuilderSet, createHostBuilder, type DockerBuilder, type Toolchains } from '@seaworthy/builder'
import { defineErrors, type Logger } from '@seaworthy/kit'
import type { Sandbox } from '@seaworthy/sandbox'
import type { ControlPlaneConfig } from '../config.ts'
import type { PulledImages } from '../disk/pulled-images.ts'
import type { Registries } from '../images/registries.ts'
import type { DockerConnection } from '../platform/docker-connection.ts'
import type { HomeFolders } from '../platform/home-folders.ts'

const errors = defineErrors({
  builds_need_docker: {
    status: 422,
    message:
      'This platform uses no Docker (SEAWORTHY_RUNTIME is process): its owner can set it to auto or docker and restart.',
  },
})

export interface OpenBuilderOptions {
  config: Pick<
    ControlPlaneConfig,
    'runtime' | 'dockerBuildKit' | 'dockerBaseImages' | 'dockerCacheGb' | 'buildDiskMb'
  >
  sandbox: Sandbox
  toolchains: Toolchains
  folders: Pick<HomeFolders, 'builds' | 'buildCache'>
  docker: Pick<DockerConnection, 'engine' | 'wasUsed'>
  registries: Pick<Registries, 'authFor'>
  pulledImages: Pick<PulledImages, 'remember'>
  log: Logger
}

/** The builders of this platform: on the host, and on the Docker engine from when a build first needs it. */
export function openBuilder(options: OpenBuilderOptions): BuilderSet {
  const { sandbox, toolchains, folders, docker, log } = options
  const host = createHostBuilder({
    sandbox,
    toolchains,
    buildsDirectory: folders.builds,
    cacheDirectory: folders.buildCache,
    maxBuildBytes: options.config.buildDiskMb * 1024 ** 2,
    log,
  })
  let opened: Promise<DockerBuilder> | undefined
  const openOnce = () => {
    opened ??= openDockerBuilder(options).catch(error => {
      opened = undefined
      throw error
    })
    return opened
  }
  return new BuilderSet({ host, docker: openOnce, wasDockerUsed: () => docker.wasUsed(), log })
}

async function openDockerBuilder(options: OpenBuilderOptions): Promise<DockerBuilder> {
  const { config, docker, registries, pulledImages, log } = options
  if (config.runtime === 'process') throw errors.builds_need_docker()
  const engine = await docker.engine()
  const { createDockerBuilder } = await import('@seaworthy/builder/docker')
  return createDockerBuilder({
    engine,
    authOf: (registry, appId) => registries.authFor(appId, registry),
    onPulled: image => pulledImages.remember(image),
    buildKit: config.dockerBuildKit === 'on',
    baseImages: config.dockerBaseImages,
    maxCacheBytes: config.dockerCacheGb * 1024 ** 3,
    maxStepBytes: config.buildDiskMb * 1024 ** 2,
    log,
  })
}

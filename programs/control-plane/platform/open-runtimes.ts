import type { Logger } from '@seaworthy/kit'
import { createDockerRuntime, createLateDockerRuntime, type Runtime, RuntimeSet } from '@seaworthy/runtime'
import { pathsInside, type Sandbox } from '@seaworthy/sandbox'
import type { ControlPlaneConfig } from '../config.ts'
import type { Images } from '../images/images.ts'
import type { DockerConnection } from './docker-connection.ts'
import type { HomeFolders } from './home-folders.ts'

export interface RuntimesOptions {
  config: Pick<ControlPlaneConfig, 'runtime' | 'dockerSubnets'>
  process: Runtime
  sandbox: Sandbox
  docker: DockerConnection
  images: Pick<Images, 'bring'>
  folders: Pick<HomeFolders, 'toolchains'>
  log: Logger
}

/** Both drivers: instances stay with the one that started them, whatever SEAWORTHY_RUNTIME says now. */
export function openRuntimes(options: RuntimesOptions): RuntimeSet {
  const { config, process, docker, log } = options
  const late = createLateDockerRuntime({
    open: () => openDocker(options),
    wasUsed: () => docker.wasUsed(),
    log,
  })
  return new RuntimeSet({ choice: config.runtime, process, docker: late })
}

async function openDocker({
  config,
  sandbox,
  docker,
  images,
  folders,
  log,
}: RuntimesOptions): Promise<Runtime> {
  const toolchainsDirectory = folders.toolchains
  return createDockerRuntime({
    engine: await docker.engine(),
    toolchainsDirectory,
    // As the host's builder saw them: paths that a build wrote down stay true.
    pathsInside: directory => pathsInside(sandbox.powers, { directory, toolchainsDirectory }),
    userIdOf: number => sandbox.userIdOf(number),
    bringImage: (reference, app) => images.bring(reference, app.id),
    subnetPool: config.dockerSubnets,
    log,
  })
}

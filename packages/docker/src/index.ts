export type { default as Dockerode } from 'dockerode'
export { OLDEST_API } from './api-version.ts'
export { connectDocker, type DockerEngine, type DockerEngineOptions } from './docker-engine.ts'
export { parseEngineAddress } from './engine-address.ts'
export { engineRootHere } from './engine-root.ts'
export { engineUsage } from './engine-usage.ts'
export { asDockerError, dockerErrors, reasonOf, statusOf } from './errors.ts'
export { familiarName, type ImageReference, parseImageReference } from './image-reference.ts'
export { mapsUsers, namesRoot, runsAsRoot } from './image-user.ts'
export { keepImage, sweepKeptImages } from './kept-images.ts'
export { maxOpenFiles } from './max-open-files.ts'
export { type EngineDisk, listOwnedDisk, type OwnedDiskItem, type OwnedDiskKind } from './owned-disk.ts'
export {
  ensureNetwork,
  ensureVolume,
  findContainer,
  listContainers,
  listNetworks,
  listVolumes,
  removeContainer,
  removeNetwork,
  removeVolume,
} from './owned-objects.ts'
export {
  APP_ID_LABEL,
  APP_LABEL,
  BUILD_APP_LABEL,
  BUILD_HOME_LABEL,
  HOME_LABEL,
  INSTANCE_LABEL,
  isOwn,
  type Labels,
} from './ownership.ts'
export { type EnginePing, pingEngine } from './ping-engine.ts'
export { findImage, pullImage, type RegistryAuth, type ResolvedImage, resolveImage } from './pull-image.ts'
export { waitForEnd } from './wait-for-end.ts'

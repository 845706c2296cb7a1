/** `@seaworthy/builder/docker`: apart from the rest, since few platforms build images and its parts cost memory. */
export { createDockerBuilder, type DockerBuilder, type DockerBuilderOptions } from './docker-builder.ts'

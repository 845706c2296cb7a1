import {
  BUILD_APP_LABEL,
  BUILD_HOME_LABEL,
  type DockerEngine,
  HOME_LABEL,
  INSTANCE_LABEL,
} from '@seaworthy/docker'

/** What proves that an image or a build's container is this platform's, and whose app's. */
export function buildLabels({ home }: Pick<DockerEngine, 'home'>, appId: string): Record<string, string> {
  return { [BUILD_HOME_LABEL]: home, [BUILD_APP_LABEL]: appId }
}

/** In the Dockerfile also against labels of a base image that would make its containers look like instances. */
export function labelsInDockerfile(
  engine: Pick<DockerEngine, 'home'>,
  appId: string,
): Record<string, string> {
  return { ...buildLabels(engine, appId), [HOME_LABEL]: '', [INSTANCE_LABEL]: '' }
}

/** For tests: the engine as a platform under test sees it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectDocker, type DockerEngine, sweepKeptImages } from '@seaworthy/docker'
import { silentLogger as log } from '@seaworthy/kit'

/** Once the platform has used the engine. */
export function engineOf({ config }: { config: { home: string } }): Promise<DockerEngine> {
  const home = readFileSync(join(config.home, 'docker-label'), 'utf8')
  return connectDocker({ home, log })
}

/** All images that this platform brought to the engine. */
export async function removeImages(engine: DockerEngine | undefined): Promise<void> {
  if (engine) await sweepKeptImages(engine, () => false)
}

import { stat } from 'node:fs/promises'
import { release } from 'node:os'
import type { DockerEngine } from './docker-engine.ts'

/**
 * The folder of this server that holds all that the engine has (`/var/lib/docker`). Undefined where the engine is on
 * another machine, and where the platform does not see its files, as in a container that only has its socket.
 */
export async function engineRootHere(engine: DockerEngine): Promise<string | undefined> {
  if (!engine.host.startsWith('unix://')) return undefined
  const info = await engine.call('tell about itself', () => engine.client.info())
  // A socket may lead elsewhere; then its kernel is hardly the same.
  if (info.KernelVersion !== release()) return undefined
  const folder = String(info.DockerRootDir)
  const found = await stat(folder).catch(() => undefined)
  return found?.isDirectory() ? folder : undefined
}

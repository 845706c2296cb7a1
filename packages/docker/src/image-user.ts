import type { DockerEngine } from './docker-engine.ts'

/** Whether what an image names as its user (`1000:1000`, `app`, nothing) says that it is root. */
export function namesRoot(user: string): boolean {
  const [name = ''] = user.split(':')
  return name === '' || name === 'root' || /^[+-]?0+$/.test(name)
}

/** Whether root in a container is nobody on the server: with `userns-remap`, and where the engine is rootless. */
export async function mapsUsers(engine: DockerEngine): Promise<boolean> {
  const { SecurityOptions } = await engine.call('tell about itself', () => engine.client.info())
  const options = SecurityOptions as string[] | null
  return (options ?? []).some(option => /^name=(userns|rootless)\b/.test(option))
}

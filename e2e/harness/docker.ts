import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Platform } from './platform.ts'

/** What a command of the engine's own client prints. */
export function docker(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('docker', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`)
  return stdout.trim()
}

/** Names the platform on the engine. */
export function homeOf({ home }: Pick<Platform, 'home'>): string {
  return readFileSync(join(home, 'docker-label'), 'utf8').trim()
}

/** Of a platform that is gone: its images wait a week in the trash with their app. */
export function removeImages(home: string): void {
  const built = docker('images', '--quiet', '--filter', `label=seaworthy.build.home=${home}`)
  const pulled = docker('images', '--quiet', `seaworthy-${home}/*`)
  const ids = new Set(`${built}\n${pulled}`.split('\n').filter(id => id !== ''))
  for (const id of ids) docker('rmi', '--force', id)
}

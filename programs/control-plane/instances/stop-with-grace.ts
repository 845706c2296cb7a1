import type { ReleaseSettings } from '../releases/release-settings.ts'
import type { Releases } from '../releases/releases.ts'
import type { InstanceManager, LiveInstance } from './instance-manager.ts'

/** Of a release that is gone; what the manifest has when it says nothing. */
const DEFAULT_GRACE_MS = 10_000

/** Ends all instances of an app, each with the time from SIGTERM to SIGKILL that its own release gives it. */
export async function stopWithGrace(
  { manager, releases }: { manager: Pick<InstanceManager, 'live' | 'stop'>; releases: ReleaseReader },
  appId: string,
): Promise<void> {
  const live = manager.live(appId)
  await Promise.all(live.map(async one => manager.stop(one, await stopGraceMs(releases, one))))
}

type ReleaseReader = Pick<Releases, 'getById'>

async function stopGraceMs(releases: ReleaseReader, { row }: LiveInstance): Promise<number> {
  const release = await releases.getById(row.release_id)
  if (!release) return DEFAULT_GRACE_MS
  const { deploy } = JSON.parse(release.settings_json) as ReleaseSettings
  return deploy.stopGraceSeconds * 1000
}

import type { Release } from '@seaworthy/api'
import type { AppRuntime } from '@seaworthy/builder'
import { envOfRelease } from '../env/env-names.ts'
import { namedVersions } from '../env/shared-env.ts'
import { isoTime } from '../http/times.ts'
import type { AppRow, ReleaseRow } from '../store/schema.ts'
import type { ReleaseSettings } from './release-settings.ts'

export function releaseDocument(row: ReleaseRow, app: AppRow): Release {
  const settings: Partial<ReleaseSettings> = JSON.parse(row.settings_json)
  const { processes = {}, runtime } = settings
  return {
    id: row.id,
    version: row.version,
    current: row.id === app.current_release_id,
    artifactDigest: row.artifact_digest,
    envVersion: row.env_version,
    sharedEnvVersions: namedVersions(envOfRelease(row).shared),
    processes,
    settings: shownSettings(settings),
    runtime: runtime ? runtimeText(runtime) : null,
    reason: row.reason,
    rollbackOf: row.rollback_of,
    createdBy: row.created_by,
    createdAt: isoTime(row.created_at),
  }
}

function shownSettings(settings: Partial<ReleaseSettings>): Release['settings'] {
  const { build = null, health = {}, idle = {}, volumes = {}, static: pages = null, image } = settings
  return { build, health, idle, volumes, static: pages, image: image?.source ?? null }
}

function runtimeText(runtime: AppRuntime): string {
  return 'version' in runtime ? `${runtime.kind} ${runtime.version}` : runtime.kind
}

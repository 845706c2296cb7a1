/** Every fact that is recorded, with what is told about it. Named `entity:happened`. */
export interface EventData {
  'app:created': { slug: string; actor: string }
  'app:updated': { actor: string; changes?: object }
  'app:scaled': { scale: Record<string, number>; actor: string }
  'app:slept': Record<string, never>
  'app:woke': Record<string, never>
  'app:wake-failed': { reason: string }
  'app:crash-looping': { reason: string }
  'app:stopped': { actor: string }
  'app:started': { actor: string }
  'app:deleted': { slug: string; actor: string }
  'app:restored': { actor: string }
  /** Out of the trash, for good, before its time. */
  'app:purged': { slug: string; actor: string }
  'env:changed': { version: number; keys: string[]; actor: string }
  'deployment:succeeded': { deployment: number; release: number }
  'deployment:failed': { deployment: number; code: string; message: string }
  'approval:requested': { deployment: number; release: number; role: string; until: number }
  'approval:given': { deployment: number; actor: string; reason: string | null }
  'approval:refused': { deployment: number; actor: string; reason: string | null }
  'approval:expired': { deployment: number }
  'approval:changed': { required: boolean; role: string; actor: string }
  'deployment:rescheduled': { deployment: number; at: number | null; actor: string }
  'canary:started': { deployment: number; release: number; percent: number }
  'canary:promoted': { deployment: number; release: number; reason: string }
  'canary:aborted': { deployment: number; release: number; reason: string }
  'traffic:changed': { version: number; keys: string[]; actor: string }
  'maintenance:changed': { on: boolean; actor: string }
  'route:refused': { path: string; reason: string }
  'instance:crashed': { instance: string; process: string; exit: unknown; reason?: string; sentence?: string }
  /** By a fresh one, without dropping a request. */
  'instance:replaced': { instance: string; by: string; process: string; reason: string; sentence: string }
  /** It asks for more than it may have, and does not get it. */
  'instance:limited': { instance: string; process: string; limit: string; sentence: string }
  'volume:trashed': {
    volume: string
    cause: 'removed' | 'manifest'
    purgeAt: number
    actor: string | null
  }
  'volume:restored': { volume: string; actor: string }
  'limits:changed': { actor: string; resources: object }
  'domain:added': { host: string; actor: string }
  'domain:removed': { host: string; actor: string }
  /** Another app claimed the host, and this one could not show that it is theirs. */
  'domain:lost': { host: string }
  'certificate:issued': { host: string; issuer: string; notAfter: number }
  'certificate:renewed': { host: string; issuer: string; notAfter: number }
  'certificate:uploaded': { host: string; issuer: string; notAfter: number; actor: string }
  /** The first failure of a series. */
  'certificate:failed': { host: string; code: string; message: string; retryAt: number }
  /** It was not renewed in time, or was uploaded and is to be replaced. */
  'certificate:expiring': { host: string; notAfter: number }
  /** Its authority says so. One that the platform got is replaced at once. */
  'certificate:revoked': { host: string; issuer: string }
  /** `level`: 80, 90 or 95 percent. Told once when it is reached. */
  'disk:filling': { level: number; percent: number; freeBytes: number }
  'platform:started': { version?: string }
}

export type EventType = keyof EventData

/** One of the above, with its data. `appId` is null for what concerns the whole platform. */
export type NewEvent<Type extends EventType = EventType> = {
  [Each in Type]: { appId: string | null; type: Each; data: EventData[Each] }
}[Type]

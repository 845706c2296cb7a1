/** Every fact that is recorded, with what is told about it. Named `entity:happened`. */
export interface EventData {
  'app:created': { slug: string; actor: string }
  'app:updated': { actor: string; changes?: object }
  'app:scaled': { scale: Record<string, number>; actor: string }
  'app:slept': Record<string, never>
  'app:woke': Record<string, never>
  'app:wake-failed': { reason: string }
  'app:crash-looping': { reason: string }
  'app:deleted': { slug: string; actor: string }
  'app:restored': { actor: string }
  'env:changed': { version: number; keys: string[]; actor: string }
  'deployment:succeeded': { deployment: number; release: number }
  'deployment:failed': { deployment: number; code: string; message: string }
  'instance:crashed': { instance: string; process: string; exit: unknown }
  'platform:started': { version?: string }
}

export type EventType = keyof EventData

/** One of the above, with its data. `appId` is null for what concerns the whole platform. */
export type NewEvent<Type extends EventType = EventType> = {
  [Each in Type]: { appId: string | null; type: Each; data: EventData[Each] }
}[Type]

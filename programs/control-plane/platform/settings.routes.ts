import type { Setting } from '@seaworthy/api'
import type { Implementations } from '../http/endpoint-implementation.ts'

export interface SettingsRoutesOptions {
  /** What the platform was started with. */
  settings: readonly Setting[]
}

export function settingsRoutes({ settings }: SettingsRoutesOptions): Implementations {
  return { 'settings.list': { answer: async () => [...settings] } }
}

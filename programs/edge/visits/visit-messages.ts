import type { AppVisits } from '@seaworthy/routes'

/** What a worker tells of one app: hashes of visitors in place of their number, which only the main thread knows. */
export interface AppViews extends Omit<AppVisits, 'visits'> {
  visitors: number[]
}

import type { Observation } from '@seaworthy/routes'
import type { LogFile } from './log-file.ts'

/** What one worker writes down of the requests of one route. */
export interface RouteSight {
  /** Undefined where the app wants no log. */
  file: LogFile | undefined
  observation: Observation
  /** The part of each line that names the app; the same for all of them. */
  appFields: string
}

import type { RequestTap, TappedRequests } from '../access-log/request-taps.ts'
import type { AppViews } from '../visits/visit-messages.ts'

/** What a worker needs to write down what it sees. */
export interface SightStart {
  /** A folder with a folder of request logs for each app. */
  logDirectory: string
  /** 0: no request log at all. */
  logSample: number
  taps: RequestTap[]
  /** Of today. */
  salt: string
  /** A MaxMind DB file in memory; undefined without one. */
  countries: SharedArrayBuffer | undefined
}

/** From the main thread to a worker. */
export type SightCommand =
  | { kind: 'reopen-request-log'; folder: string }
  | { kind: 'set-taps'; taps: RequestTap[] }
  | { kind: 'set-visit-salt'; salt: string }

/** From a worker to the main thread. */
export type SightReport =
  | { kind: 'request-log-grown'; folder: string }
  | { kind: 'requests-seen'; requests: TappedRequests[] }
  | { kind: 'visits-seen'; views: AppViews[] }

import type { RouteTable } from '@seaworthy/routes'
import type { CacheCommand, CacheReport } from '../cache/cache-messages.ts'
import type { EdgeLimits, TlsMinVersion } from '../config.ts'
import type { CounterMemory } from '../counters/counter-memory.ts'
import type { SlotAssignment } from '../counters/edge-counters.ts'
import type { SightCommand, SightReport, SightStart } from '../sight/sight-messages.ts'
import type { TlsUpdate } from '../tls/edge-tls.ts'
import type { TicketKey } from '../tls/ticket-keys.ts'
import type { PublicPort } from './public-port.ts'

/** What a worker is started with. */
export interface WorkerStart {
  index: number
  host: string
  httpPort: number
  httpsPort: number
  tlsMinVersion: TlsMinVersion
  /** Where internal names are answered on a socket of its own. */
  internal: PublicPort | undefined
  limits: EdgeLimits
  /** Names instances in cookies. */
  stickyKey: string
  /** Where several edges count requests together. */
  redisUrl: string | undefined
  sight: SightStart
  memory: CounterMemory
  /** Of stored answers, in this worker. */
  cacheBytes: number
  tables: TableUpdate
}

export interface TableUpdate {
  table: RouteTable
  slots: SlotAssignment
  /** Missing while HTTPS is not served. */
  tls?: TlsUpdate | undefined
}

/** From the main thread to a worker. */
export type WorkerCommand =
  | { kind: 'apply-table'; update: TableUpdate }
  /** `update` holds what is new alone; `gone` are keys of routes. */
  | { kind: 'change-table'; update: TableUpdate; gone: readonly string[] }
  | { kind: 'ticket-keys'; keys: readonly TicketKey[] }
  | SightCommand
  | CacheCommand
  | { kind: 'drain' }

/** From a worker to the main thread. Nothing is sent for a request that goes well. */
export type WorkerReport =
  | { kind: 'listening' }
  | { kind: 'table-applied'; version: number }
  /** Requests for this app began to wait in this worker. */
  | { kind: 'wake-wanted'; appId: string }
  /** None waits any more. */
  | { kind: 'wake-settled'; appId: string }
  /** The release on trial did not serve what it should have; the other one did. */
  | { kind: 'canary-failed'; appId: string; release: string; reason: string }
  /** A client asked by TLS for a host that an app has, and there is no certificate. */
  | { kind: 'certificate-missing'; host: string }
  /** The counts that several edges share cannot be reached, or can be again. */
  | { kind: 'rate-store'; isAway: boolean }
  | { kind: 'target-failed'; appId: string; targetId: string; reason: string }
  | SightReport
  | CacheReport
  | { kind: 'drained' }
  | { kind: 'problem'; message: string; fields: string }

/** The tables of what the edge saw. See `schema.ts` for the rules on columns. */
/** Seconds of one row: a minute, an hour or a day. */
export type FigureStep = 60 | 3600 | 86400

/** One column for each bucket of the latency histogram (`LATENCY_BOUNDS_MS`), so that the database can add them up. */
export const BUCKET_COLUMNS = [
  'ms_1',
  'ms_2',
  'ms_3',
  'ms_5',
  'ms_7',
  'ms_10',
  'ms_15',
  'ms_20',
  'ms_30',
  'ms_50',
  'ms_75',
  'ms_100',
  'ms_150',
  'ms_200',
  'ms_300',
  'ms_500',
  'ms_750',
  'ms_1000',
  'ms_1500',
  'ms_2000',
  'ms_3000',
  'ms_5000',
  'ms_10000',
  'ms_30000',
  'ms_more',
] as const

export type BucketColumn = (typeof BUCKET_COLUMNS)[number]

export interface RequestSums {
  requests: number
  r2xx: number
  r3xx: number
  r4xx: number
  r5xx: number
  failures: number
  edge_failures: number
  cache_hits: number
  bytes_in: number
  bytes_out: number
}

export interface RequestFigureRow extends RequestSums, Record<BucketColumn, number> {
  app_id: string
  step: FigureStep
  /** Start of the step. */
  at: number
  /** `v42` */
  release: string
  /** The most at one look. */
  in_flight: number
}

/** What the edge had counted when figures were last written: what it counted since is new. */
export interface RequestTotalsRow {
  app_id: string
  release: string
  edge_started_at: number
  counters_json: string
}

export interface ResourceFigureRow {
  app_id: string
  step: FigureStep
  at: number
  process: string
  /** Empty in hours and days: there are all instances of the process together. */
  instance_id: string
  memory_bytes: number
  memory_limit_bytes: number | null
  cpu_ms: number
}

export interface VisitFigureRow {
  app_id: string
  /** An hour or a day. */
  step: FigureStep
  at: number
  views: number
  visits: number
  bots: number
  unfollowed: number
}

export type VisitNameKind = 'page' | 'referrer' | 'device' | 'browser' | 'country'

/** Views of one day by name; `''` is all that found no place. */
export interface VisitNameRow {
  app_id: string
  /** Start of the day, UTC. */
  at: number
  kind: VisitNameKind
  name: string
  views: number
}

export interface ObservationRow {
  app_id: string
  /** What of the platform's observation this app has otherwise: `Partial<Observation>` of the route table. */
  document_json: string
  updated_at: number
}

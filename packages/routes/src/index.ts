export {
  AnswerHeaderRules,
  type AnswerHeaders,
  answerHeaders,
  SECURITY_HEADERS,
} from './answer-headers.ts'
export { type BalancingOptions, pickTarget } from './balancing.ts'
export { type CachePurge, parseCachePurge } from './cache-purge.ts'
export { type ChangedTable, ChangingTable } from './changing-table.ts'
export type * from './edge-control.ts'
export { InvalidRouteTable } from './field-checks.ts'
export { guardedPrefix, isGuarded, pathReadings } from './guarded-path.ts'
export { INTERNAL_DOMAIN, internalHost } from './internal-names.ts'
export {
  emptyLatencyBuckets,
  LATENCY_BOUNDS_MS,
  latencyBucketIndex,
  percentile,
} from './latency-buckets.ts'
export { compileNetworks, type NetworkSet, parseNetwork } from './networks.ts'
export { DEFAULT_OBSERVATION, type Observation } from './observation.ts'
export { type PasswordHash, parsePasswordHash } from './password-hash.ts'
export {
  compileRedirects,
  compileRewrites,
  findRedirectLoop,
  isRulePath,
  type Redirects,
  redirectTargetProblem,
  rewriteTargetProblem,
} from './path-rules.ts'
export { compileRequestFilter, type FilteredRequest, type RequestFilter } from './request-filter.ts'
export { type AddressDetail, keptAddress, type RequestLine } from './request-line.ts'
export { addCounters, emptyCounters, subtractCounters, subtractSnapshots } from './route-counters.ts'
export { compileRoutes, type MatchableRoute, normalizeHost, type RouteMatcher } from './route-matcher.ts'
export type * from './route-rules.ts'
export type * from './route-table.ts'
export {
  type KnownTable,
  knownTable,
  parseTableChange,
  routeKey,
  routeText,
  type TableChange,
  tableChange,
} from './table-change.ts'
export { type RefusedPart, readRouteTable } from './table-reading.ts'
export { allTargets, parseRouteTable } from './table-validation.ts'

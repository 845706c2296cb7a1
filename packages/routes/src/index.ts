export {
  AnswerHeaderRules,
  type AnswerHeaders,
  answerHeaders,
  SECURITY_HEADERS,
} from './answer-headers.ts'
export { type BalancingOptions, pickTarget } from './balancing.ts'
export type * from './edge-control.ts'
export { InvalidRouteTable } from './field-checks.ts'
export {
  emptyLatencyBuckets,
  LATENCY_BOUNDS_MS,
  latencyBucketIndex,
  percentile,
} from './latency-buckets.ts'
export { DEFAULT_OBSERVATION, type Observation } from './observation.ts'
export { compileRequestFilter, type FilteredRequest, type RequestFilter } from './request-filter.ts'
export { type AddressDetail, keptAddress, type RequestLine } from './request-line.ts'
export { addCounters, emptyCounters, subtractCounters, subtractSnapshots } from './route-counters.ts'
export { compileRoutes, type MatchableRoute, normalizeHost, type RouteMatcher } from './route-matcher.ts'
export type * from './route-rules.ts'
export type * from './route-table.ts'
export { parseRouteTable } from './table-validation.ts'

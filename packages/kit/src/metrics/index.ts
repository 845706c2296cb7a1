export { httpMetrics } from './http-metrics.ts'
export { createMetrics, type Metrics } from './metrics.ts'

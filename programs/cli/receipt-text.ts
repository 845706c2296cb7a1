import type { Receipt } from '@seaworthy/api'
import { duration, facts } from './output.ts'

/** A receipt for people: what was switched, and what real traffic saw. */
export function receiptText(receipt: Receipt): string {
  const { after, before, probes } = receipt
  return facts([
    [
      'release',
      receipt.release
        ? `${receipt.release}${receipt.previousRelease ? ` (before: ${receipt.previousRelease})` : ''}`
        : null,
    ],
    ['verdict', verdictText(receipt)],
    ['requests', after && requestsText(after, receipt.watchedMs ?? 0)],
    [
      'p95',
      after?.p95Ms == null
        ? null
        : `${after.p95Ms} ms${before?.p95Ms == null ? '' : ` (before: ${before.p95Ms} ms)`}`,
    ],
    ...canaryRows(receipt),
    [
      'probes',
      probes && probes.sent > 0
        ? `${probes.sent - probes.failed} of ${probes.sent} passed through the edge`
        : null,
    ],
    ['timings', timingsText(receipt.timings)],
  ])
}

function canaryRows({ canary }: Receipt): [string, string][] {
  if (!canary) return []
  const { percent, watchedMs, reason, stable } = canary
  const side = ({ requests, failures, p95Ms }: typeof stable) =>
    `${failures} of ${requests} failed${p95Ms === null ? '' : `, p95 ${p95Ms} ms`}`
  return [
    [
      'canary',
      `${percent} % for ${duration(watchedMs)}: ${side(canary.canary)} (the rest: ${side(stable)}); ${reason}`,
    ],
  ]
}

function requestsText(
  { requests, failures }: { requests: number; failures: number },
  watchedMs: number,
): string {
  if (requests === 0) return `none came while it was watched for ${duration(watchedMs)}`
  return `${failures} of ${requests} failed while it was watched for ${duration(watchedMs)}`
}

function verdictText({ verdict, reason }: Receipt): string {
  if (verdict === 'kept') return 'live'
  if (verdict === 'not-switched') return 'not switched: what served before serves on'
  return `returned to the previous release: ${reason}`
}

function timingsText(timings: Receipt['timings']): string | null {
  const parts = Object.entries(timings).map(([phase, ms]) => `${phase} ${duration(ms)}`)
  return parts.length === 0 ? null : parts.join(', ')
}

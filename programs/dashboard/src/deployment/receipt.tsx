import type { Deployment } from '../api/queries.ts'
import { Badge } from '../components/badge.tsx'
import { Card, Facts } from '../components/card.tsx'
import { inertLine } from '../text/inert.ts'
import { duration } from '../text/times.ts'
import { pageWords } from '../words/en/pages.ts'
import { words } from '../words/en.ts'

type ReceiptData = NonNullable<Deployment['receipt']>

/** What real requests saw while the deployment switched. */
export function Receipt({ receipt }: { receipt: ReceiptData }) {
  const { verdict, reason, before, after, probes, timings, watchedMs } = receipt
  const tone = verdict === 'kept' ? 'good' : 'bad'
  return (
    <Card title={pageWords.receipt.title} about={pageWords.receipt.about}>
      <Facts
        rows={[
          [
            pageWords.receipt.verdict,
            <span key="verdict" className="flex flex-wrap items-center gap-2">
              <Badge tone={tone}>{pageWords.receipt.verdicts[verdict]}</Badge>
              {reason && inertLine(reason)}
            </span>,
          ],
          [pageWords.receipt.before, traffic(before)],
          [pageWords.receipt.after, traffic(after)],
          [
            pageWords.receipt.probes,
            probes ? pageWords.receipt.probeCount(probes.sent, probes.failed) : words.none,
          ],
          ...(watchedMs ? [[pageWords.receipt.watched, duration(watchedMs)] as const] : []),
          [
            pageWords.receipt.timings,
            Object.entries(timings)
              .map(([phase, ms]) => `${pageWords.receipt.phases[phase] ?? phase} ${duration(ms)}`)
              .join(' · ') || words.none,
          ],
        ]}
      />
    </Card>
  )
}

function traffic(facts: ReceiptData['before']): string {
  return facts
    ? pageWords.receipt.traffic(facts.requests, facts.failures, facts.p95Ms)
    : pageWords.receipt.noTraffic
}

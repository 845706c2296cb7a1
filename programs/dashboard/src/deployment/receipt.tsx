import type { Deployment } from '../api/queries.ts'
import { Badge } from '../components/badge.tsx'
import { Card, Facts } from '../components/card.tsx'
import { inertLine } from '../text/inert.ts'
import { duration } from '../text/times.ts'
import { words } from '../words/en.ts'

type ReceiptData = NonNullable<Deployment['receipt']>

/** What real requests saw while the deployment switched. */
export function Receipt({ receipt }: { receipt: ReceiptData }) {
  const { verdict, reason, before, after, probes, timings, watchedMs } = receipt
  const tone = verdict === 'kept' ? 'good' : 'bad'
  return (
    <Card title={words.receipt.title} about={words.receipt.about}>
      <Facts
        rows={[
          [
            words.receipt.verdict,
            <span key="verdict" className="flex flex-wrap items-center gap-2">
              <Badge tone={tone}>{words.receipt.verdicts[verdict]}</Badge>
              {reason && inertLine(reason)}
            </span>,
          ],
          [words.receipt.before, traffic(before)],
          [words.receipt.after, traffic(after)],
          [words.receipt.probes, probes ? words.receipt.probeCount(probes.sent, probes.failed) : words.none],
          ...(watchedMs ? [[words.receipt.watched, duration(watchedMs)] as const] : []),
          [
            words.receipt.timings,
            Object.entries(timings)
              .map(([phase, ms]) => `${words.receipt.phases[phase] ?? phase} ${duration(ms)}`)
              .join(' · ') || words.none,
          ],
        ]}
      />
    </Card>
  )
}

function traffic(facts: ReceiptData['before']): string {
  return facts ? words.receipt.traffic(facts.requests, facts.failures, facts.p95Ms) : words.receipt.noTraffic
}

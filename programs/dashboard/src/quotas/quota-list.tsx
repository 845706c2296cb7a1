import type { Quota } from '../api/team-queries.ts'
import { classNames } from '../components/class-names.ts'
import { quotaWords } from '../words/en/quotas.ts'

const NEARLY_FULL = 0.8

/** Each quota with what counts against it. */
export function QuotaList({ quotas }: { quotas: readonly Quota[] }) {
  return (
    <ul className="grid gap-x-10 gap-y-5 sm:grid-cols-2">
      {quotas.map(quota => (
        <li key={quota.name}>
          <Usage {...quota} />
        </li>
      ))}
    </ul>
  )
}

function Usage({ name, limit, used, source }: Quota) {
  const label = quotaWords.names[name]
  const unit = quotaWords.units[name] ?? ''
  const usedText = number(used) + (limit === null ? unit : '')
  const text = limit === null ? quotaWords.unlimited(usedText) : quotaWords.of(usedText, number(limit) + unit)
  return (
    <>
      <p className="flex items-baseline justify-between gap-3">
        <span className="font-medium">{label}</span>
        <span className="text-sm text-soft tabular-nums">{text}</span>
      </p>
      {limit === null ? (
        <div aria-hidden className="mt-1.5 h-2 rounded-full border border-dashed border-line-strong" />
      ) : (
        // biome-ignore lint/a11y/useSemanticElements: a meter of the browser cannot be given our colours
        <div
          role="meter"
          aria-label={label}
          aria-valuemin={0}
          aria-valuemax={Math.max(limit, used)}
          aria-valuenow={used}
          aria-valuetext={text}
          className="mt-1.5 h-2 overflow-hidden rounded-full bg-sunken"
        >
          <div
            className={classNames('h-full rounded-full', lookOf(used, limit))}
            style={{ width: `${shareOf(used, limit) * 100}%` }}
          />
        </div>
      )}
      {source === 'set' && <p className="mt-1 text-xs text-soft">{quotaWords.sources.set}</p>}
    </>
  )
}

function shareOf(used: number, limit: number): number {
  return limit === 0 ? 1 : Math.min(1, used / limit)
}

function lookOf(used: number, limit: number): string {
  const share = shareOf(used, limit)
  if (share >= 1) return 'bg-bad'
  return share >= NEARLY_FULL ? 'bg-warn' : 'bg-accent'
}

function number(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: 1 })
}

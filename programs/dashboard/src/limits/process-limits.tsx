import type { AppLimits } from '../api/sight-queries.ts'
import { Meter } from '../charts/meter.tsx'
import { memory } from '../text/amounts.ts'
import { inertLine } from '../text/inert.ts'
import { limitWords as words } from '../words/en/limits.ts'

type Process = AppLimits['processes'][number]
type Limit = Process['limits'][number]

const MB = 1_048_576
const NEAR = 0.9

/** One process: each limit with what the instance that takes most of it has, and advice where there is any. */
export function ProcessLimits({ process, instances, limits, memory: memoryOf }: Process) {
  return (
    <section aria-label={process}>
      <h3 className="mb-2 flex flex-wrap items-baseline gap-x-3">
        <span className="font-medium">{process}</span>
        <span className="text-sm text-soft">{words.instances(instances)}</span>
      </h3>
      {memoryOf.advice && (
        <p className="mb-3 rounded-md bg-warn-soft px-3 py-2 text-sm text-warn">
          {inertLine(memoryOf.advice)}
        </p>
      )}
      <ul className="grid gap-x-6 gap-y-3 sm:grid-cols-2">
        {limits.map(limit => (
          <LimitRow key={limit.name} limit={limit} />
        ))}
      </ul>
    </section>
  )
}

function LimitRow({ limit }: { limit: Limit }) {
  const { name, used, from, isEnforced } = limit
  const part = used === null || !limit.limit ? 0 : used / limit.limit
  return (
    <li className="grid content-start gap-1">
      <div className="flex flex-wrap justify-between gap-x-3">
        <span className="text-sm text-soft">{words.names[name]}</span>
        <span className="tabular-nums">{amountWords(limit)}</span>
      </div>
      {used !== null && limit.limit !== null && <Meter part={part} tone={part >= NEAR ? 'bad' : 'normal'} />}
      <span className="text-xs text-soft">
        {[from && words.from[from], limit.limit !== null && !isEnforced && words.notEnforced]
          .filter(Boolean)
          .join(', ')}
      </span>
    </li>
  )
}

function amountWords({ name, limit, used }: Limit): string {
  const say = (value: number) =>
    name.endsWith('Mb') ? memory(value * MB) : String(Math.round(value * 100) / 100)
  if (limit === null) return used === null ? words.noLimit : words.usedOnly(say(used))
  return used === null ? words.limitOnly(say(limit)) : words.usedOf(say(used), say(limit))
}

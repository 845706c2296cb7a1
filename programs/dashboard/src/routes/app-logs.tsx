import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Activity, Pause, Play } from 'lucide-react'
import { type ReactNode, useDeferredValue, useEffect, useMemo, useState } from 'react'
import { queries } from '../api/queries.ts'
import { useCurrentApp } from '../app/current-app.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { classNames } from '../components/class-names.ts'
import type { LogLine } from '../logs/live-lines.ts'
import { LogFilters } from '../logs/log-filters.tsx'
import { LogLines } from '../logs/log-lines.tsx'
import type { LogSearch } from '../logs/log-search.ts'
import { RequestTail } from '../logs/request-tail.tsx'
import { type LogFilter, useLiveLogs } from '../logs/use-live-logs.ts'
import { logWords as words } from '../words/en/logs.ts'
import { words as common } from '../words/en.ts'

const route = getRouteApi('/inside/apps/$slug/logs')
const HOURS: Record<string, number> = { '1h': 1, '24h': 24, '7d': 168 }

/** What an app says: as it comes, as it is stored, or around a time or a line; its requests beside it. */
export function AppLogs() {
  const { slug } = useCurrentApp()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const [instances, setInstances] = useState<readonly string[]>([])
  const [time, setTime] = useState<string>()
  const { span = 'live', at, line, requests = false } = search
  const change = (next: { [Key in keyof LogSearch]?: LogSearch[Key] | undefined }) =>
    void navigate({ search: old => ({ ...old, ...next }), replace: true })
  const around = line ?? at
  const view = {
    slug,
    filter: useFilter(search),
    marked: line,
    onInstances: setInstances,
    onTime: setTime,
    requests,
    onRequests: (on: boolean) => change({ requests: on || undefined }),
  }
  return (
    <Card flush>
      <LogFilters search={search} instances={instances} onChange={change} />
      <div className={classNames('grid', requests && 'lg:grid-cols-[3fr_2fr]')}>
        <div className="min-w-0">
          {around === undefined && span in HOURS ? (
            <StoredLogs {...view} hours={HOURS[span]!} />
          ) : (
            <LiveLogs key={around} {...view} around={around} />
          )}
        </div>
        {requests && <RequestTail slug={slug} at={time} />}
      </div>
    </Card>
  )
}

function useFilter({ grep = '', process, instance, level }: LogSearch): LogFilter {
  const wanted = useDeferredValue(grep.trim())
  return {
    ...(wanted && { grep: wanted }),
    ...(process && { process }),
    ...(instance && { instance }),
    ...(level && { level }),
  }
}

interface ViewProps {
  slug: string
  filter: LogFilter
  marked: string | undefined
  /** Whether requests stand beside it. */
  requests: boolean
  onRequests(on: boolean): void
  onInstances(names: readonly string[]): void
  /** Where in time the reader is; undefined at the end. */
  onTime(at: string | undefined): void
}

function LiveLogs({ around, ...view }: ViewProps & { around: string | undefined }) {
  const { slug, filter, onTime } = view
  const { lines, paused, setPaused, hold, error } = useLiveLogs(slug, filter, around)
  const [following, setFollowing] = useState(around === undefined)
  return (
    <Lines
      {...view}
      lines={lines}
      empty={error ? error.message : words.waitingForLines}
      isAtEnd={following}
      onFollowing={next => {
        hold(!next)
        setFollowing(next)
        if (next) onTime(undefined)
      }}
      action={
        <Button
          size="small"
          look="quiet"
          icon={paused ? <Play aria-hidden className="size-4" /> : <Pause aria-hidden className="size-4" />}
          onClick={() => setPaused(!paused)}
        >
          {paused ? (around === undefined ? words.resume : words.newer) : words.pause}
        </Button>
      }
    />
  )
}

function StoredLogs({ hours, ...view }: ViewProps & { hours: number }) {
  // Whole minutes, so that drawing the page again is the same question.
  const since = new Date(Math.floor(Date.now() / 60_000) * 60_000 - hours * 3_600_000).toISOString()
  const { data, isPending } = useQuery(queries.logs(view.slug, { ...view.filter, since }))
  return <Lines {...view} lines={data ?? []} empty={isPending ? common.loading : words.noLines} />
}

interface LinesProps extends ViewProps {
  lines: readonly LogLine[]
  empty: string
  isAtEnd?: boolean
  action?: ReactNode
  onFollowing?(following: boolean): void
}

function Lines({ slug, lines, filter, empty, marked, isAtEnd = false, action, ...view }: LinesProps) {
  const { requests, onRequests, onInstances, onTime, onFollowing } = view
  useInstances(lines, onInstances)
  return (
    <LogLines
      slug={slug}
      lines={lines}
      find={(filter.grep ?? '').toLowerCase()}
      empty={empty}
      marked={marked}
      {...(onFollowing && { onFollowing })}
      {...(requests && !isAtEnd && { onTime })}
      actions={
        <>
          {action}
          <Button
            size="small"
            look="quiet"
            aria-pressed={requests}
            icon={<Activity aria-hidden className="size-4" />}
            onClick={() => onRequests(!requests)}
          >
            {requests ? words.hideRequests : words.requests}
          </Button>
        </>
      }
    />
  )
}

/** Names for the choice of instances: those that spoke. */
function useInstances(lines: readonly LogLine[], onInstances: (names: readonly string[]) => void): void {
  const names = useMemo(() => [...new Set(lines.map(({ instance }) => instance))].sort().join(' '), [lines])
  useEffect(() => onInstances(names === '' ? [] : names.split(' ')), [names, onInstances])
}

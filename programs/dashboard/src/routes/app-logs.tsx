import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Download, Pause, Play, Search } from 'lucide-react'
import { useDeferredValue } from 'react'
import { queries } from '../api/queries.ts'
import { useCurrentApp } from '../app/current-app.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { classNames } from '../components/class-names.ts'
import { Select, TextInput } from '../components/field.tsx'
import { AnsiLine } from '../logs/ansi-line.tsx'
import { downloadText } from '../logs/download-text.ts'
import { LineList } from '../logs/line-list.tsx'
import { type LogFilter, type LogLine, useLiveLogs } from '../logs/use-live-logs.ts'
import { stripAnsi } from '../text/ansi.ts'
import { clockTime, utcTime } from '../text/times.ts'
import { pageWords } from '../words/en/pages.ts'
import { words } from '../words/en.ts'

const route = getRouteApi('/inside/apps/$slug/logs')
const SPANS = ['live', '1h', '24h', '7d'] as const
const HOURS: Record<string, number> = { '1h': 1, '24h': 24, '7d': 168 }

export function AppLogs() {
  const app = useCurrentApp()
  const { grep = '', process, span = 'live' } = route.useSearch()
  const navigate = route.useNavigate()
  const set = (change: { grep?: string; process?: string | undefined; span?: string }) =>
    void navigate({ search: old => ({ ...old, ...change }), replace: true })
  const wanted = useDeferredValue(grep.trim())
  const filter: LogFilter = { ...(wanted && { grep: wanted }), ...(process && { process }) }
  return (
    <Card flush>
      <search className="flex flex-wrap items-center gap-2 px-4 py-3">
        <div className="relative min-w-52 flex-1">
          <Search aria-hidden className="pointer-events-none absolute top-2.5 left-3 size-4 text-soft" />
          <TextInput
            type="search"
            aria-label={pageWords.logs.search}
            placeholder={pageWords.logs.search}
            className="pl-9"
            value={grep}
            onChange={event => set({ grep: event.target.value })}
          />
        </div>
        <ProcessChoice value={process} onChange={process => set({ process })} />
        <div className="w-36">
          <Select
            aria-label={pageWords.logs.span}
            value={span}
            onChange={event => set({ span: event.target.value })}
          >
            {SPANS.map(each => (
              <option key={each} value={each}>
                {pageWords.logs.spans[each]}
              </option>
            ))}
          </Select>
        </div>
      </search>
      {span in HOURS ? (
        <StoredLogs slug={app.slug} filter={filter} hours={HOURS[span]!} />
      ) : (
        <LiveLogs slug={app.slug} filter={filter} />
      )}
    </Card>
  )
}

function ProcessChoice({
  value,
  onChange,
}: {
  value: string | undefined
  onChange(process: string | undefined): void
}) {
  const { scale } = useCurrentApp()
  return (
    <div className="w-40">
      <Select
        aria-label={pageWords.logs.process}
        value={value ?? ''}
        onChange={event => onChange(event.target.value || undefined)}
      >
        <option value="">{pageWords.logs.allProcesses}</option>
        {[...new Set([...Object.keys(scale), ...(value ? [value] : [])])].map(name => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </Select>
    </div>
  )
}

function LiveLogs({ slug, filter }: { slug: string; filter: LogFilter }) {
  const { lines, paused, setPaused, error } = useLiveLogs(slug, filter)
  return (
    <Lines
      slug={slug}
      lines={lines}
      filter={filter}
      empty={error ? error.message : pageWords.logs.waitingForLines}
      action={
        <Button
          size="small"
          look="quiet"
          icon={paused ? <Play aria-hidden className="size-4" /> : <Pause aria-hidden className="size-4" />}
          onClick={() => setPaused(!paused)}
        >
          {paused ? pageWords.logs.resume : pageWords.logs.pause}
        </Button>
      }
    />
  )
}

function StoredLogs({ slug, filter, hours }: { slug: string; filter: LogFilter; hours: number }) {
  // Whole minutes, so that drawing the page again is the same question.
  const since = new Date(Math.floor(Date.now() / 60_000) * 60_000 - hours * 3_600_000).toISOString()
  const { data, isPending } = useQuery(queries.logs(slug, { ...filter, since }))
  return (
    <Lines
      slug={slug}
      lines={data ?? []}
      filter={filter}
      empty={isPending ? words.loading : pageWords.logs.noLines}
    />
  )
}

interface LinesProps {
  slug: string
  lines: readonly LogLine[]
  filter: LogFilter
  empty: string
  action?: React.ReactNode
}

function Lines({ slug, lines, filter, empty, action }: LinesProps) {
  const find = (filter.grep ?? '').toLowerCase()
  const save = () =>
    downloadText(
      `${slug}.log`,
      lines.map(({ at, process, instance, text }) => `${at} ${process} ${instance} ${stripAnsi(text)}`),
    )
  return (
    <>
      <div className="flex items-center gap-2 border-t border-line px-4 py-1.5">
        <span role="status" className="flex-1 text-sm text-soft tabular-nums">
          {pageWords.logs.lines(lines.length)}
        </span>
        {action}
        <Button size="small" look="quiet" icon={<Download aria-hidden className="size-4" />} onClick={save}>
          {pageWords.logs.download}
        </Button>
      </div>
      <LineList
        label={words.app.tabs.logs}
        className="h-[calc(100dvh-22rem)] min-h-80 border-t border-line"
        count={lines.length}
        empty={empty}
        renderLine={index => <Line line={lines[index]!} find={find} />}
      />
    </>
  )
}

function Line({ line: { at, process, instance, stream, text }, find }: { line: LogLine; find: string }) {
  const ms = Date.parse(at)
  return (
    <>
      <time dateTime={at} title={utcTime(ms)} className="mr-3 text-soft">
        {clockTime(ms)}
      </time>
      <span title={instance} className="mr-3 text-accent">
        {process}
      </span>
      <AnsiLine text={text} find={find} className={classNames(stream === 'stderr' && 'text-warn')} />
    </>
  )
}

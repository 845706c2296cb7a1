import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Download, Pause, Play } from 'lucide-react'
import { type ReactNode, useDeferredValue, useState } from 'react'
import { type RequestFilter, type SeenRequest, sightQueries } from '../api/sight-queries.ts'
import { useCurrentApp } from '../app/current-app.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { downloadText } from '../logs/download-text.ts'
import { LineList } from '../logs/line-list.tsx'
import { RequestDialog } from '../requests/request-dialog.tsx'
import { RequestFilters } from '../requests/request-filters.tsx'
import { RequestRow } from '../requests/request-row.tsx'
import { requestFilter, requestSearch, spanStart } from '../requests/request-search.ts'
import { useLiveRequests } from '../requests/use-live-requests.ts'
import { fullTime } from '../text/times.ts'
import { sightWords } from '../words/en/sight.ts'
import { words as allWords } from '../words/en.ts'

const words = sightWords.requests
const route = getRouteApi('/inside/apps/$slug/requests')

/** Each request that the edge saw: as it comes, or of a time. */
export function AppRequests() {
  const { slug } = useCurrentApp()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const filter = useDeferredValue(requestFilter(search))
  const since = spanStart(search.span ?? 'live', Date.now())
  return (
    <Card flush>
      <RequestFilters
        search={search}
        onChange={change =>
          void navigate({
            search: old => requestSearch({ ...old, ...change }),
            replace: true,
            resetScroll: false,
          })
        }
      />
      {since ? (
        <StoredRequests slug={slug} filter={filter} since={since} />
      ) : (
        <Tail slug={slug} filter={filter} />
      )}
    </Card>
  )
}

function Tail({ slug, filter }: { slug: string; filter: RequestFilter }) {
  const { requests, dropped, paused, setPaused, error } = useLiveRequests(slug, filter)
  return (
    <RequestLines
      slug={slug}
      requests={requests}
      note={dropped > 0 ? words.dropped(dropped) : undefined}
      empty={error ? error.message : words.waiting}
      action={
        <Button
          size="small"
          look="quiet"
          icon={paused ? <Play aria-hidden className="size-4" /> : <Pause aria-hidden className="size-4" />}
          onClick={() => setPaused(!paused)}
        >
          {paused ? words.resume : words.pause}
        </Button>
      }
    />
  )
}

function StoredRequests({ slug, filter, since }: { slug: string; filter: RequestFilter; since: string }) {
  const { data, error, isPending } = useQuery(sightQueries.requests(slug, { ...filter, since }))
  const back = data && !data.complete && data.searchedBackTo
  return (
    <RequestLines
      slug={slug}
      requests={data?.requests ?? []}
      note={back ? words.incomplete(fullTime(Date.parse(back))) : undefined}
      empty={error ? error.message : isPending ? allWords.loading : words.none}
    />
  )
}

interface RequestLinesProps {
  slug: string
  requests: readonly SeenRequest[]
  note: string | undefined
  empty: string
  action?: ReactNode
}

function RequestLines({ slug, requests, note, empty, action }: RequestLinesProps) {
  const [open, setOpen] = useState<SeenRequest>()
  const save = () =>
    downloadText(
      `${slug}-requests.jsonl`,
      requests.map(request => JSON.stringify(request)),
    )
  return (
    <>
      <div className="flex flex-wrap items-center gap-2 border-t border-line px-4 py-1.5">
        <span role="status" className="flex-1 text-sm text-soft tabular-nums">
          {words.count(requests.length)} {note}
        </span>
        {action}
        <Button size="small" look="quiet" icon={<Download aria-hidden className="size-4" />} onClick={save}>
          {words.download}
        </Button>
      </div>
      <LineList
        label={words.title}
        className="h-[calc(100dvh-24rem)] min-h-80 border-t border-line"
        count={requests.length}
        empty={empty}
        renderLine={index => (
          <RequestRow request={requests[index]!} onOpen={() => setOpen(requests[index])} />
        )}
      />
      {open && <RequestDialog slug={slug} request={open} onClose={() => setOpen(undefined)} />}
    </>
  )
}

import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useMemo, useState } from 'react'
import { type SeenRequest, sightQueries } from '../api/sight-queries.ts'
import { RequestDialog } from '../requests/request-dialog.tsx'
import { RequestRow } from '../requests/request-row.tsx'
import { useLiveRequests } from '../requests/use-live-requests.ts'
import { logWords as words } from '../words/en/logs.ts'
import { words as common } from '../words/en.ts'
import { LineList } from './line-list.tsx'
import { nearestInTime } from './live-lines.ts'

interface RequestTailProps {
  slug: string
  /** Where the log beside it is; undefined while that stays at its end. */
  at: string | undefined
}

/** The requests of the time that the log beside it shows. */
export function RequestTail({ slug, at }: RequestTailProps) {
  return (
    <section aria-label={words.requests} className="min-w-0 border-t border-line lg:border-l">
      <header className="flex h-11 items-center gap-2 px-4">
        <h2 className="font-medium">{words.requests}</h2>
        <p className="truncate text-sm text-soft">{words.requestsAbout}</p>
      </header>
      {at === undefined ? <Live slug={slug} /> : <Around slug={slug} at={at} />}
    </section>
  )
}

function Live({ slug }: { slug: string }) {
  const { requests } = useLiveRequests(slug, {})
  return <List slug={slug} requests={requests} />
}

const AROUND_MS = 300_000
/** Scrolling by a line is not another question. */
const STEP_MS = 60_000

function Around({ slug, at }: { slug: string; at: string }) {
  const wanted = useDeferredValue(at)
  const middle = Math.floor(Date.parse(wanted) / STEP_MS) * STEP_MS
  const span = {
    since: new Date(middle - AROUND_MS).toISOString(),
    until: new Date(middle + AROUND_MS).toISOString(),
  }
  const { data, isPending } = useQuery(sightQueries.requests(slug, span))
  const requests = data?.requests ?? []
  const nearest = nearestInTime(requests, wanted)
  const show = useMemo(() => (nearest === -1 ? undefined : { index: nearest }), [nearest])
  return (
    <List slug={slug} requests={requests} show={show} empty={isPending ? common.loading : words.noRequests} />
  )
}

interface ListProps {
  slug: string
  requests: readonly SeenRequest[]
  show?: { index: number } | undefined
  empty?: string
}

function List({ slug, requests, show, empty = words.noRequests }: ListProps) {
  const [open, setOpen] = useState<SeenRequest>()
  return (
    <>
      <LineList
        label={words.requests}
        className="h-[calc(100dvh-22rem)] min-h-80 border-t border-line"
        count={requests.length}
        show={show}
        empty={empty}
        renderLine={index => (
          <RequestRow request={requests[index]!} onOpen={() => setOpen(requests[index])} />
        )}
      />
      {open && <RequestDialog slug={slug} request={open} onClose={() => setOpen(undefined)} />}
    </>
  )
}

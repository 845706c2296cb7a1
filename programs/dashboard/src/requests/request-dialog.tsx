import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { SeenRequest } from '../api/sight-queries.ts'
import { Facts } from '../components/card.tsx'
import { CopyField } from '../components/copy-field.tsx'
import { Dialog } from '../components/dialog.tsx'
import { Time } from '../components/time.tsx'
import { latency } from '../text/amounts.ts'
import { inertLine } from '../text/inert.ts'
import { fileSize } from '../text/sizes.ts'
import { sightWords } from '../words/en/sight.ts'
import { addressOf, statusTone } from './request-row.tsx'

const words = sightWords.requests

interface RequestDialogProps {
  slug: string
  request: SeenRequest
  onClose(): void
}

/** Everything that is known of one request. */
export function RequestDialog({ slug, request, onClose }: RequestDialogProps) {
  const { id, status, method } = request
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={
        <span className="flex flex-wrap gap-2">
          <span className={statusTone(status)}>{status}</span>
          <bdi className="line-clamp-3 min-w-0">{`${inertLine(method)} ${addressOf(request)}`}</bdi>
        </span>
      }
    >
      <div className="grid gap-4">
        <CopyField text={inertLine(id)} label={words.facts.id} />
        <Facts rows={factsOf(request)} />
        <Link
          to="/apps/$slug/logs"
          params={{ slug }}
          search={{ grep: id, span: '24h' }}
          className="justify-self-start font-medium text-accent hover:underline"
        >
          {words.toLogs}
        </Link>
      </div>
    </Dialog>
  )
}

function factsOf(request: SeenRequest): [string, ReactNode][] {
  const { facts } = words
  const { at, address, host, ms, headMs, bytesIn, bytesOut, protocol } = request
  const { release, process, instance, cache, agent, referrer } = request
  const rows: [string, string | null | ReactNode][] = [
    [facts.at, <Time key="at" at={at} />],
    [facts.ms, latency(ms)],
    [facts.headMs, headMs === null ? null : latency(headMs)],
    [facts.host, host],
    [facts.address, address || null],
    [facts.bytes, words.sizes(fileSize(bytesIn), fileSize(bytesOut))],
    [facts.protocol, protocol],
    [facts.release, release ?? words.edge],
    [facts.process, process],
    [facts.instance, instance],
    [facts.cache, cache],
    [facts.agent, agent],
    [facts.referrer, referrer],
  ]
  return rows
    .filter(([, fact]) => fact !== null && fact !== '')
    .map(([term, fact]) => [term, typeof fact === 'string' ? <Inert key={term} text={fact} /> : fact])
}

function Inert({ text }: { text: string }) {
  return <bdi>{inertLine(text)}</bdi>
}

import { useState } from 'react'
import type { AuditEntry } from '../api/team-queries.ts'
import { Badge } from '../components/badge.tsx'
import { Name } from '../components/name.tsx'
import { Time } from '../components/time.tsx'
import { auditWords } from '../words/en/audit.ts'
import { EntryDialog } from './entry-dialog.tsx'
import { actionName, actorName, targetName } from './entry-names.ts'

const GRID =
  'md:grid md:grid-cols-[8rem_minmax(0,1fr)_minmax(0,1.2fr)_minmax(0,1.2fr)] md:items-center md:gap-4'

export function AuditList({ entries }: { entries: readonly AuditEntry[] }) {
  const [shown, setShown] = useState<AuditEntry>()
  const head = auditWords.columns
  return (
    <>
      <div
        aria-hidden
        className={`hidden border-b border-line px-5 py-2.5 text-xs font-medium text-soft ${GRID}`}
      >
        <span>{head.at}</span>
        <span>{head.actor}</span>
        <span>{head.action}</span>
        <span>{head.target}</span>
      </div>
      <ol aria-label={auditWords.title} className="divide-y divide-line">
        {entries.map(entry => (
          <li key={entry.sequence} className={`relative px-5 py-2.5 hover:bg-canvas ${GRID}`}>
            <span className="text-sm text-soft">
              <Time at={entry.at} />
            </span>
            <Name className="block truncate">{actorName(entry.actor)}</Name>
            <button
              type="button"
              aria-label={`${actionName(entry)}. ${auditWords.details(entry.sequence)}`}
              onClick={() => setShown(entry)}
              className="flex min-w-0 flex-wrap items-center gap-2 text-left after:absolute after:inset-0 after:content-['']"
            >
              <span className="font-medium">{actionName(entry)}</span>
              {entry.outcome === 'refused' && <Badge tone="bad">{auditWords.outcomes.refused}</Badge>}
            </button>
            <Name className="block truncate text-sm text-soft">{targetName(entry)}</Name>
          </li>
        ))}
      </ol>
      {shown && <EntryDialog entry={shown} onClose={() => setShown(undefined)} />}
    </>
  )
}

import { Play, RotateCw, Square, Tag, Trash2, X } from 'lucide-react'
import { useState } from 'react'
import type { App } from '../api/queries.ts'
import { whyNot } from '../app/why-not.ts'
import { Button } from '../components/button.tsx'
import { bulkWords } from '../words/en/app-jobs.ts'
import type { BulkAction } from './app-job-queries.ts'
import { BulkDialog } from './bulk-dialog.tsx'
import type { ListSelection } from './use-selection.ts'

interface BulkBarProps {
  /** Those that are chosen. */
  apps: readonly App[]
  /** How many the list shows. */
  shown: number
  selection: ListSelection
  knownTags: readonly string[]
}

const ACTIONS = [
  { action: 'start', icon: Play, needs: 'start' },
  { action: 'stop', icon: Square, needs: 'stop' },
  { action: 'restart', icon: RotateCw, needs: 'restart' },
  { action: 'tag', icon: Tag, needs: 'update' },
  { action: 'delete', icon: Trash2, needs: 'delete' },
] as const

/** What can be done with the chosen apps. Loaded when the first one is chosen. */
export default function BulkBar({ apps, shown, selection, knownTags }: BulkBarProps) {
  const [asking, setAsking] = useState<BulkAction>()
  return (
    <section
      aria-label={bulkWords.bar}
      className="sticky bottom-3 z-30 mt-4 flex animate-appear flex-wrap items-center gap-2 rounded-lg border border-line-strong bg-raised p-2 pl-4 shadow-float"
    >
      <p aria-live="polite" className="mr-auto font-medium tabular-nums max-sm:order-1">
        {bulkWords.chosen(apps.length)}
      </p>
      {apps.length < shown && (
        <Button look="quiet" size="small" className="max-sm:order-3" onClick={selection.chooseAll}>
          {bulkWords.all(shown)}
        </Button>
      )}
      <div className="flex flex-wrap gap-2 max-sm:order-4 max-sm:w-full">
        {ACTIONS.map(({ action, icon: Icon, needs }) => (
          <Button
            key={action}
            size="small"
            icon={<Icon aria-hidden className="size-4" />}
            whyNot={whyNone(apps, needs)}
            onClick={() => setAsking(action)}
          >
            {bulkWords.actions[action]}
          </Button>
        ))}
      </div>
      <Button
        look="quiet"
        size="small"
        className="max-sm:order-2"
        aria-label={bulkWords.clear}
        icon={<X aria-hidden className="size-4" />}
        onClick={selection.clear}
      />
      {asking && (
        <BulkDialog
          action={asking}
          apps={apps}
          knownTags={knownTags}
          onClose={() => setAsking(undefined)}
          onStarted={() => {
            setAsking(undefined)
            selection.clear()
          }}
        />
      )}
    </section>
  )
}

/** Where it can be done to none of them, with the first reason; what holds one back alone is told by the job. */
function whyNone(apps: readonly App[], needs: (typeof ACTIONS)[number]['needs']): string | undefined {
  const reasons = apps.map(app => whyNot(needs, app))
  return reasons.every(reason => reason !== undefined) ? reasons[0] : undefined
}

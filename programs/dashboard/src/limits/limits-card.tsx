import { useQuery } from '@tanstack/react-query'
import type { App } from '../api/queries.ts'
import { sightQueries } from '../api/sight-queries.ts'
import { Card } from '../components/card.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { memory } from '../text/amounts.ts'
import { inertLine } from '../text/inert.ts'
import { limitWords as words } from '../words/en/limits.ts'
import { limitDefaults } from './limit-draft.ts'
import { LimitsForm } from './limits-form.tsx'
import { ProcessLimits } from './process-limits.tsx'

const MB = 1_048_576

/** What instances may take beside what they take, and the limits of the app's own. */
export function LimitsCard({ app }: { app: App }) {
  const { data, error } = useQuery({ ...sightQueries.limits(app.slug), throwOnError: false })
  if (!data)
    return <Card title={words.title}>{error ? <p>{error.message}</p> : <RowsSkeleton rows={3} />}</Card>
  const { processes, machine, notes, own } = data
  return (
    <Card title={words.title} about={words.about(memory(machine.memoryMb * MB), String(machine.cpus))}>
      <div className="grid gap-6">
        {processes.length === 0 ? (
          <p className="text-soft">{words.none}</p>
        ) : (
          processes.map(process => <ProcessLimits key={process.process} {...process} />)
        )}
        {notes.map(note => (
          <p key={note} className="rounded-md bg-sunken px-3 py-2 text-sm text-soft first-letter:uppercase">
            {inertLine(note)}
          </p>
        ))}
        <LimitsForm key={JSON.stringify(own)} app={app} own={own} defaults={limitDefaults(processes)} />
      </div>
    </Card>
  )
}

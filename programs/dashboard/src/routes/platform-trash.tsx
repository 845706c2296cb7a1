import { useSuspenseQuery } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { queries } from '../api/queries.ts'
import { Card } from '../components/card.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { TrashList } from '../platform/trash-list.tsx'
import { platformWords } from '../words/en/platform.ts'

/** What was deleted and can still come back. */
export function PlatformTrash() {
  const { data: apps } = useSuspenseQuery(queries.trash())
  const w = platformWords.trash
  return (
    <>
      <p className="mb-4 text-soft">{w.about}</p>
      <Card flush>
        {apps.length === 0 ? (
          <EmptyState icon={<Trash2 aria-hidden />} title={w.empty}>
            {w.emptyAbout}
          </EmptyState>
        ) : (
          <TrashList apps={apps} />
        )}
      </Card>
    </>
  )
}

import { useSuspenseQuery } from '@tanstack/react-query'
import { Boxes } from 'lucide-react'
import { queries } from '../api/queries.ts'
import { AppTable } from '../apps/app-table.tsx'
import { useFigures } from '../apps/use-figures.ts'
import { Card } from '../components/card.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { useCurrentTeam } from '../teams/current-team.ts'
import { teamWords } from '../words/en/teams.ts'

export function TeamApps() {
  const team = useCurrentTeam()
  const { data: apps } = useSuspenseQuery(queries.apps())
  const figures = useFigures()
  const own = apps.filter(app => app.team.slug === team.slug)
  return (
    <Card flush>
      {own.length > 0 ? (
        <AppTable apps={own} figures={figures} />
      ) : (
        <EmptyState icon={<Boxes aria-hidden />} title={teamWords.noApps}>
          {teamWords.noAppsAbout}
        </EmptyState>
      )}
    </Card>
  )
}

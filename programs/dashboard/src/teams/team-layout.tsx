import { useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link, Outlet } from '@tanstack/react-router'
import { ChevronRight } from 'lucide-react'
import { Suspense } from 'react'
import { teamQueries } from '../api/team-queries.ts'
import { Badge } from '../components/badge.tsx'
import { Name } from '../components/name.tsx'
import { PageHeader } from '../components/page-header.tsx'
import { PageSkeleton } from '../components/skeleton.tsx'
import { TabLinks } from '../components/tabs.tsx'
import { teamWords } from '../words/en/teams.ts'
import { words } from '../words/en.ts'

const route = getRouteApi('/inside/teams/$team')
const names = teamWords.tabs

const TABS = [
  { to: '/teams/$team', label: names.members, exact: true },
  { to: '/teams/$team/apps', label: names.apps },
  { to: '/teams/$team/variables', label: names.variables },
  { to: '/teams/$team/quotas', label: names.quotas },
  { to: '/teams/$team/tokens', label: names.tokens },
  { to: '/teams/$team/settings', label: names.settings },
] as const

/** The head of all pages of one team. */
export function TeamLayout() {
  const { team: slug } = route.useParams()
  const { data: team } = useSuspenseQuery(teamQueries.team(slug))
  return (
    <>
      <PageHeader
        title={team.name}
        heading={
          <span className="flex flex-wrap items-center gap-3">
            <Name>{team.name}</Name>
            {team.role && <Badge>{teamWords.roles[team.role]}</Badge>}
          </span>
        }
        above={
          <nav aria-label={words.app.path} className="flex items-center gap-1">
            <Link to="/teams" className="hover:text-ink hover:underline">
              {words.nav.teams}
            </Link>
            <ChevronRight aria-hidden className="size-3.5" />
            <span>{slug}</span>
          </nav>
        }
        about={team.role === null && teamWords.notMember}
      />
      <div className="mb-6 border-b border-line">
        <TabLinks label={teamWords.pages} tabs={TABS.map(tab => ({ ...tab, params: { team: slug } }))} />
      </div>
      <Suspense fallback={<PageSkeleton />}>
        <Outlet />
      </Suspense>
    </>
  )
}

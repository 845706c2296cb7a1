import { useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Plus, Users } from 'lucide-react'
import { useState } from 'react'
import { type Team, teamQueries } from '../api/team-queries.ts'
import { Badge } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { Name } from '../components/name.tsx'
import { PageHeader } from '../components/page-header.tsx'
import { CreateTeam } from '../teams/create-team.tsx'
import { teamWords } from '../words/en/teams.ts'

export function TeamsPage() {
  const { data: teams } = useSuspenseQuery(teamQueries.teams())
  const [creating, setCreating] = useState(false)
  const create = (
    <Button look="main" icon={<Plus aria-hidden className="size-4" />} onClick={() => setCreating(true)}>
      {teamWords.create}
    </Button>
  )
  return (
    <>
      <PageHeader title={teamWords.title} about={teamWords.about} actions={teams.length > 0 && create} />
      <Card flush>
        {teams.length === 0 ? (
          <EmptyState icon={<Users aria-hidden />} title={teamWords.emptyTitle}>
            <p className="mb-4">{teamWords.emptyAbout}</p>
            {create}
          </EmptyState>
        ) : (
          <ul aria-label={teamWords.title} className="divide-y divide-line">
            {teams.map(team => (
              <TeamRow key={team.id} team={team} />
            ))}
          </ul>
        )}
      </Card>
      {creating && <CreateTeam onClose={() => setCreating(false)} />}
    </>
  )
}

function TeamRow({ team: { slug, name, role, counts } }: { team: Team }) {
  return (
    <li className="relative flex flex-wrap items-center gap-x-6 gap-y-1 px-5 py-3.5 hover:bg-canvas">
      <div className="min-w-0 flex-1 basis-48">
        <Link
          to="/teams/$team"
          params={{ team: slug }}
          className="block truncate font-medium after:absolute after:inset-0 after:content-['']"
        >
          <Name>{name}</Name>
        </Link>
        <span className="block truncate text-sm text-soft">{slug}</span>
      </div>
      <span className="w-24 text-sm text-soft tabular-nums">{teamWords.members(counts.members)}</span>
      <span className="w-16 text-sm text-soft tabular-nums">{teamWords.apps(counts.apps)}</span>
      <span className="sm:w-28 sm:text-right">{role && <Badge>{teamWords.roles[role]}</Badge>}</span>
    </li>
  )
}

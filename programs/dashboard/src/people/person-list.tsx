import { Link } from '@tanstack/react-router'
import type { Person } from '../api/team-queries.ts'
import { Badge } from '../components/badge.tsx'
import { Name } from '../components/name.tsx'
import { inertLine } from '../text/inert.ts'
import { peopleWords } from '../words/en/people.ts'

export function PersonList({ people }: { people: readonly Person[] }) {
  return (
    <ul aria-label={peopleWords.title} className="divide-y divide-line">
      {people.map(person => (
        <li
          key={person.id}
          className="relative flex flex-wrap items-center gap-x-6 gap-y-1 px-5 py-3 hover:bg-canvas"
        >
          <div className="min-w-0 flex-1 basis-56">
            <Link
              to="/people/$person"
              params={{ person: person.id }}
              className="block truncate font-medium after:absolute after:inset-0 after:content-['']"
            >
              <Name>{person.name}</Name>
            </Link>
            <Name className="block truncate text-sm text-soft">{person.email}</Name>
          </div>
          <span className="min-w-0 flex-1 basis-40 truncate text-sm text-soft">
            {person.teams.length === 0
              ? peopleWords.noTeams
              : person.teams.map(({ name }) => inertLine(name)).join(', ')}
          </span>
          <span className="flex flex-wrap gap-2 sm:w-52 sm:justify-end">
            <PersonBadges person={person} />
          </span>
        </li>
      ))}
    </ul>
  )
}

export function PersonBadges({ person: { suspendedAt, platformRole, twoFactor } }: { person: Person }) {
  return (
    <>
      {suspendedAt !== null && <Badge tone="bad">{peopleWords.suspended}</Badge>}
      {platformRole === 'admin' && <Badge tone="busy">{peopleWords.admin}</Badge>}
      {twoFactor && <Badge tone="good">{peopleWords.twoFactor}</Badge>}
    </>
  )
}

import { useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { ChevronRight } from 'lucide-react'
import { Suspense } from 'react'
import { client } from '../api/client.ts'
import { queries } from '../api/queries.ts'
import { type Person, teamQueries } from '../api/team-queries.ts'
import { Card, Facts } from '../components/card.tsx'
import { Name } from '../components/name.tsx'
import { PageHeader } from '../components/page-header.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { Time } from '../components/time.tsx'
import { DeletePerson } from '../people/delete-person.tsx'
import { PersonActions } from '../people/person-actions.tsx'
import { PersonBadges } from '../people/person-list.tsx'
import { XRay } from '../people/x-ray.tsx'
import { QuotasCard } from '../quotas/quotas-card.tsx'
import { peopleWords } from '../words/en/people.ts'
import { teamWords } from '../words/en/teams.ts'
import { words } from '../words/en.ts'

const route = getRouteApi('/inside/people/$person')

/** One person, for administrators of the platform. */
export function PersonPage() {
  const { person: id } = route.useParams()
  const { data: person } = useSuspenseQuery(teamQueries.person(id))
  const { data: identity } = useSuspenseQuery(queries.session())
  const isSelf = person.email === identity.email
  return (
    <>
      <PageHeader
        title={person.name}
        heading={
          <span className="flex flex-wrap items-center gap-3">
            <Name>{person.name}</Name>
            <PersonBadges person={person} />
          </span>
        }
        above={
          <nav aria-label={words.app.path} className="flex items-center gap-1">
            <Link to="/people" className="hover:text-ink hover:underline">
              {words.nav.people}
            </Link>
            <ChevronRight aria-hidden className="size-3.5" />
            <Name className="truncate">{person.email}</Name>
          </nav>
        }
      />
      <div className="grid gap-6 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)] lg:items-start">
        <About person={person} />
        <PersonActions person={person} isSelf={isSelf} />
        <div className="grid gap-6 lg:col-span-2">
          <Suspense fallback={<RowsSkeleton rows={6} />}>
            <XRay person={person.id} />
            <PersonQuotas person={person.id} />
          </Suspense>
          <DeletePerson person={person} isSelf={isSelf} />
        </div>
      </div>
    </>
  )
}

function About({ person }: { person: Person }) {
  const { email, emailVerified, twoFactor, counts, createdAt, teams } = person
  return (
    <Card title={peopleWords.facts}>
      <Facts
        rows={[
          [
            peopleWords.email,
            <span key="email">
              <Name>{email}</Name>{' '}
              <span className="text-sm text-soft">
                ({emailVerified ? peopleWords.verified : peopleWords.notVerified})
              </span>
            </span>,
          ],
          [peopleWords.twoFactor, twoFactor ? peopleWords.on : peopleWords.off],
          [peopleWords.sessions, String(counts.sessions)],
          [peopleWords.tokens, String(counts.tokens)],
          [peopleWords.since, <Time key="since" at={createdAt} />],
          [
            peopleWords.teams,
            teams.length === 0
              ? peopleWords.noTeams
              : teams.map(({ slug, name, role }) => (
                  <span key={slug} className="block truncate">
                    <Link to="/teams/$team" params={{ team: slug }} className="hover:underline">
                      <Name>{name}</Name>
                    </Link>{' '}
                    <span className="text-sm text-soft">{teamWords.roles[role]}</span>
                  </span>
                )),
          ],
        ]}
      />
    </Card>
  )
}

function PersonQuotas({ person }: { person: string }) {
  const { data: quotas } = useSuspenseQuery(teamQueries.personQuotas(person))
  return (
    <QuotasCard
      quotas={quotas}
      save={limits => client.call('quotas.setPerson', { params: { person }, body: { limits } })}
    />
  )
}

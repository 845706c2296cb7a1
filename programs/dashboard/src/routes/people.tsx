import { useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Search, Users } from 'lucide-react'
import { type FormEvent, Suspense } from 'react'
import { teamQueries } from '../api/team-queries.ts'
import { Card } from '../components/card.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { TextInput } from '../components/field.tsx'
import { PageHeader } from '../components/page-header.tsx'
import { Pager } from '../components/pager.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { PersonList } from '../people/person-list.tsx'
import { peopleWords } from '../words/en/people.ts'

const route = getRouteApi('/inside/people')

/** Everybody, for administrators of the platform. */
export function PeoplePage() {
  const { search, page = 1 } = route.useSearch()
  const navigate = route.useNavigate()
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const text = String(new FormData(event.currentTarget).get('search')).trim()
    void navigate({ search: text === '' ? {} : { search: text } })
  }
  return (
    <>
      <PageHeader title={peopleWords.title} about={peopleWords.about} />
      <search>
        <form onSubmit={submit} className="relative mb-4">
          <Search aria-hidden className="pointer-events-none absolute top-2.5 left-3 size-4 text-soft" />
          <TextInput
            key={search}
            type="search"
            name="search"
            maxLength={100}
            aria-label={peopleWords.search}
            placeholder={peopleWords.search}
            className="pl-9"
            defaultValue={search}
          />
        </form>
      </search>
      <Suspense fallback={<RowsSkeleton rows={8} />}>
        <People
          {...(search !== undefined && { search })}
          page={page}
          onGo={next => void navigate({ search: old => ({ ...old, page: next }) })}
        />
      </Suspense>
    </>
  )
}

function People({ onGo, ...query }: { search?: string; page: number; onGo(page: number): void }) {
  const { data } = useSuspenseQuery(teamQueries.people(query))
  return (
    <>
      <Card flush>
        {data.data.length > 0 ? (
          <PersonList people={data.data} />
        ) : (
          <EmptyState icon={<Users aria-hidden />} title={peopleWords.none}>
            {peopleWords.noneAbout}
          </EmptyState>
        )}
      </Card>
      <Pager pagination={data.pagination} onGo={onGo} />
    </>
  )
}

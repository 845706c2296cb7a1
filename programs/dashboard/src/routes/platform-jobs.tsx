import { useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { ListChecks } from 'lucide-react'
import { Suspense } from 'react'
import { type JobFilter, type JobState, platformQueries } from '../api/platform-queries.ts'
import { Card } from '../components/card.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { Field, Select } from '../components/field.tsx'
import { Pager } from '../components/pager.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { AdminsOnly } from '../platform/admins-only.tsx'
import { JobList } from '../platform/job-list.tsx'
import { JOB_STATES, type JobSearch } from '../platform/job-search.ts'
import { kindName } from '../platform/job-words.ts'
import { platformWords } from '../words/en/platform.ts'
import { words } from '../words/en.ts'

const route = getRouteApi('/inside/platform/jobs')
const w = platformWords.jobs

/** All work that takes time: what it is for, how it goes, and why it failed. */
export function PlatformJobs() {
  const { page = 1, ...filter } = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <AdminsOnly>
      <p className="mb-4 text-soft">{w.about}</p>
      <Filters filter={filter} onChange={search => void navigate({ search })} />
      <Suspense fallback={<RowsSkeleton rows={8} />}>
        <Jobs
          filter={filter}
          page={page}
          onGo={next => void navigate({ search: { ...filter, page: next } })}
        />
      </Suspense>
    </AdminsOnly>
  )
}

function Filters({ filter, onChange }: { filter: JobFilter; onChange(search: JobSearch): void }) {
  const { state: _, ...withoutState } = filter
  const { kind: __, ...withoutKind } = filter
  const kinds = [...new Set([...Object.keys(w.kinds), ...(filter.kind ? [filter.kind] : [])])]
  return (
    <div className="mb-4 grid gap-3 sm:flex sm:max-w-xl">
      <div className="flex-1">
        <Field label={w.state}>
          {control => (
            <Select
              {...control}
              value={filter.state ?? ''}
              onChange={({ target: { value } }) =>
                onChange(value === '' ? withoutState : { ...filter, state: value as JobState })
              }
            >
              <option value="">{w.any}</option>
              {JOB_STATES.map(state => (
                <option key={state} value={state}>
                  {words.states[state]}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      <div className="flex-1">
        <Field label={w.kind}>
          {control => (
            <Select
              {...control}
              value={filter.kind ?? ''}
              onChange={({ target: { value } }) =>
                onChange(value === '' ? withoutKind : { ...filter, kind: value })
              }
            >
              <option value="">{w.any}</option>
              {kinds.map(kind => (
                <option key={kind} value={kind}>
                  {kindName(kind)}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
    </div>
  )
}

function Jobs({ filter, page, onGo }: { filter: JobFilter; page: number; onGo(page: number): void }) {
  const { data } = useSuspenseQuery(platformQueries.jobs(filter, page))
  return (
    <>
      <p className="mb-2 text-sm text-soft" aria-live="polite">
        {w.total(data.pagination.total)}
      </p>
      <Card flush>
        {data.data.length > 0 ? (
          <JobList jobs={data.data} />
        ) : (
          <EmptyState icon={<ListChecks aria-hidden />} title={w.none}>
            {w.noneAbout}
          </EmptyState>
        )}
      </Card>
      <Pager pagination={data.pagination} onGo={onGo} />
    </>
  )
}

import { useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Plus, Search } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { patiently } from '../api/patiently.ts'
import { queries } from '../api/queries.ts'
import { type AppFilter, type AppSort, chooseApps, FILTERS, SORTS, summarize } from '../apps/app-list.ts'
import { AppTable } from '../apps/app-table.tsx'
import { FirstDeploy } from '../apps/first-deploy.tsx'
import { useFigures } from '../apps/use-figures.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { Select, TextInput } from '../components/field.tsx'
import { PageHeader } from '../components/page-header.tsx'
import { DropTarget } from '../deploy/drop-target.tsx'
import type { Dropped } from '../deploy/dropped-files.ts'
import { amount } from '../text/amounts.ts'
import { words } from '../words/en.ts'

const DeployDialog = lazy(patiently(() => import('../deploy/deploy-dialog.tsx')))
const route = getRouteApi('/inside/')

/** Is everything all right? And if not: where? */
export function AppsPage() {
  const { data: apps } = useSuspenseQuery(queries.apps())
  const figures = useFigures()
  const [deploying, setDeploying] = useState<{ dropped?: Dropped } | undefined>()
  return (
    <DropTarget whole onDrop={dropped => setDeploying({ dropped })}>
      <PageHeader
        title={words.apps.title}
        about={apps.length > 0 && <Summary {...summarize(apps, figures)} />}
        actions={
          apps.length > 0 && (
            <Button
              look="main"
              icon={<Plus aria-hidden className="size-4" />}
              onClick={() => setDeploying({})}
            >
              {words.apps.deploy}
            </Button>
          )
        }
      />
      {apps.length === 0 ? (
        <FirstDeploy onDeploy={dropped => setDeploying(dropped ? { dropped } : {})} />
      ) : (
        <Apps apps={apps} />
      )}
      {deploying && (
        <Suspense fallback={null}>
          <DeployDialog {...deploying} onClose={() => setDeploying(undefined)} />
        </Suspense>
      )}
    </DropTarget>
  )
}

function Summary({ total, attention, moving, requestsPerMinute }: ReturnType<typeof summarize>) {
  return (
    <p aria-live="polite">
      {attention > 0 ? (
        <strong className="font-medium text-bad">{words.apps.attention(attention)}</strong>
      ) : (
        words.apps.allFine(total)
      )}
      {moving > 0 && ` ${words.apps.moving(moving)}`}
      {requestsPerMinute > 0 && ` ${words.apps.traffic(amount(requestsPerMinute))}`}
    </p>
  )
}

function Apps({ apps }: { apps: Parameters<typeof AppTable>[0]['apps'] }) {
  const { search = '', show, sort } = route.useSearch()
  const navigate = route.useNavigate()
  const choice = { search, show: oneOf(FILTERS, show), sort: oneOf(SORTS, sort) }
  const set = (change: { search?: string; show?: AppFilter; sort?: AppSort }) =>
    void navigate({ search: old => ({ ...old, ...change }), replace: true, resetScroll: false })
  const figures = useFigures()
  const chosen = chooseApps(apps, choice, figures)
  return (
    <>
      <search className="mb-4 flex flex-wrap gap-3">
        <div className="relative min-w-56 flex-1">
          <Search aria-hidden className="pointer-events-none absolute top-2.5 left-3 size-4 text-soft" />
          <TextInput
            type="search"
            aria-label={words.apps.search}
            placeholder={words.apps.search}
            className="pl-9"
            value={search}
            onChange={event => set({ search: event.target.value })}
          />
        </div>
        <Choice
          label={words.apps.filter}
          value={choice.show}
          names={words.apps.filters}
          onChange={show => set({ show })}
        />
        <Choice
          label={words.apps.sort}
          value={choice.sort}
          names={words.apps.sorts}
          onChange={sort => set({ sort })}
        />
      </search>
      <Card flush>
        {chosen.length > 0 ? (
          <AppTable apps={chosen} figures={figures} />
        ) : (
          <EmptyState title={words.apps.nothingFound}>
            <p className="mb-4">{words.apps.nothingFoundAbout}</p>
            <Button onClick={() => set({ search: '', show: 'all' })}>{words.apps.showAll}</Button>
          </EmptyState>
        )}
      </Card>
    </>
  )
}

interface ChoiceProps<Value extends string> {
  label: string
  value: Value
  names: Readonly<Record<Value, string>>
  onChange(value: Value): void
}

function Choice<Value extends string>({ label, value, names, onChange }: ChoiceProps<Value>) {
  return (
    <div className="min-w-36 max-sm:flex-1">
      <Select aria-label={label} value={value} onChange={event => onChange(event.target.value as Value)}>
        {Object.entries<string>(names).map(([each, name]) => (
          <option key={each} value={each}>
            {name}
          </option>
        ))}
      </Select>
    </div>
  )
}

function oneOf<Value extends string>(values: readonly Value[], value: string | undefined): Value {
  return values.find(each => each === value) ?? values[0]!
}

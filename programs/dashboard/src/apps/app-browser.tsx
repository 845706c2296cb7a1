import { getRouteApi } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import { lazy, Suspense, useMemo } from 'react'
import { patiently } from '../api/patiently.ts'
import type { App } from '../api/queries.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { Select, TextInput } from '../components/field.tsx'
import { words } from '../words/en.ts'
import { type AppFilter, type AppSort, chooseApps, FILTERS, SORTS, tagsOf } from './app-list.ts'
import { AppTable } from './app-table.tsx'
import { useFigures } from './use-figures.ts'
import { useSearchText } from './use-search-text.ts'
import { useSelection } from './use-selection.ts'

const BulkBar = lazy(patiently(() => import('./bulk-bar.tsx')))
const route = getRouteApi('/inside/')

/** The list, with what narrows and orders it, and with what can be done with several apps. */
export function AppBrowser({ apps }: { apps: readonly App[] }) {
  const { search = '', show, sort, tag } = route.useSearch()
  const navigate = route.useNavigate()
  const choice = { show: oneOf(FILTERS, show), sort: oneOf(SORTS, sort) }
  const set = (change: { search?: string; show?: AppFilter; sort?: AppSort; tag?: string | undefined }) =>
    void navigate({ search: old => ({ ...old, ...change }), replace: true, resetScroll: false })
  const { text, setText, wanted } = useSearchText(search, search => set({ search }))
  const figures = useFigures()
  const known = useMemo(() => tagsOf(apps), [apps])
  const shown = useMemo(
    () =>
      chooseApps(
        apps,
        { search: wanted, show: oneOf(FILTERS, show), sort: oneOf(SORTS, sort), tag },
        figures,
      ),
    [apps, wanted, show, sort, tag, figures],
  )
  const selection = useSelection(apps, shown)
  const chosen = apps.filter(({ slug }) => selection.chosen.has(slug))
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
            value={text}
            onChange={event => setText(event.target.value)}
          />
        </div>
        <Choice
          label={words.apps.filter}
          value={choice.show}
          names={words.apps.filters}
          onChange={show => set({ show })}
        />
        {known.length > 0 && (
          <Choice
            label={words.apps.tag}
            value={tag ?? ''}
            names={{ '': words.apps.anyTag, ...Object.fromEntries(known.map(each => [each, each])) }}
            onChange={tag => set({ tag: tag || undefined })}
          />
        )}
        <Choice
          label={words.apps.sort}
          value={choice.sort}
          names={words.apps.sorts}
          onChange={sort => set({ sort })}
        />
      </search>
      <Card flush>
        {shown.length > 0 ? (
          <AppTable apps={shown} figures={figures} selection={selection} />
        ) : (
          <EmptyState title={words.apps.nothingFound}>
            <p className="mb-4">{words.apps.nothingFoundAbout}</p>
            <Button onClick={() => set({ search: '', show: 'all', tag: undefined })}>
              {words.apps.showAll}
            </Button>
          </EmptyState>
        )}
      </Card>
      {chosen.length > 0 && (
        <Suspense fallback={null}>
          <BulkBar apps={chosen} shown={shown.length} selection={selection} knownTags={known} />
        </Suspense>
      )}
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

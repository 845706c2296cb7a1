import { type FormEvent, useState } from 'react'
import { Button } from '../components/button.tsx'
import { Field, Select, TextField } from '../components/field.tsx'
import { auditWords } from '../words/en/audit.ts'
import { type AuditSearch, isFiltered } from './audit-search.ts'

interface AuditFiltersProps {
  search: AuditSearch
  onChange(search: Record<string, unknown>): void
}

const MORE = ['action', 'app', 'team', 'from', 'to', 'outcome'] as const
const names = auditWords.filters

/** Applied when somebody says so, since each is a question to a log that may be long. */
export function AuditFilters({ search, onChange }: AuditFiltersProps) {
  const [more, setMore] = useState(MORE.some(name => search[name] !== undefined))
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const filled = [...form].map(([name, value]) => [name, String(value).trim()]).filter(([, value]) => value)
    // Those that are hidden go on to hold: only what one sees is changed.
    const hidden = more ? [] : MORE.filter(name => search[name]).map(name => [name, search[name]])
    onChange(Object.fromEntries([...hidden, ...filled]))
  }
  return (
    <search>
      <form onSubmit={submit} noValidate className="mb-4 grid gap-3">
        <div className="grid gap-3 sm:grid-cols-[1.5fr_1fr_auto] sm:items-end">
          <TextField
            label={names.text}
            placeholder={names.textHint}
            name="text"
            type="search"
            maxLength={100}
            defaultValue={search.text}
          />
          <TextField
            label={names.actor}
            placeholder={names.actorHint}
            name="actor"
            maxLength={254}
            autoCapitalize="none"
            defaultValue={search.actor}
          />
          <div className="flex gap-2">
            <Button look="main" type="submit">
              {names.label}
            </Button>
            <Button look="quiet" aria-expanded={more} onClick={() => setMore(!more)}>
              {more ? names.fewer : names.more}
            </Button>
            {isFiltered(search) && (
              <Button look="quiet" onClick={() => onChange({})}>
                {names.clear}
              </Button>
            )}
          </div>
        </div>
        {more && <MoreFilters search={search} />}
      </form>
    </search>
  )
}

function MoreFilters({ search }: { search: AuditSearch }) {
  return (
    <div className="grid grid-cols-2 gap-3 sm:grid-cols-3 lg:grid-cols-6">
      <TextField
        label={names.action}
        placeholder={names.actionHint}
        name="action"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={100}
        defaultValue={search.action}
      />
      <TextField
        label={names.app}
        name="app"
        autoCapitalize="none"
        maxLength={64}
        defaultValue={search.app}
      />
      <TextField
        label={names.team}
        name="team"
        autoCapitalize="none"
        maxLength={64}
        defaultValue={search.team}
      />
      <TextField label={names.from} name="from" type="date" defaultValue={search.from} />
      <TextField label={names.to} name="to" type="date" defaultValue={search.to} />
      <Field label={names.outcome}>
        {control => (
          <Select {...control} name="outcome" defaultValue={search.outcome ?? ''}>
            <option value="">{names.anyOutcome}</option>
            <option value="done">{auditWords.outcomes.done}</option>
            <option value="refused">{auditWords.outcomes.refused}</option>
          </Select>
        )}
      </Field>
    </div>
  )
}

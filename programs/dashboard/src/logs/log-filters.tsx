import { Search } from 'lucide-react'
import { useState } from 'react'
import { useCurrentApp } from '../app/current-app.ts'
import { Select, TextInput } from '../components/field.tsx'
import { fromLocal, toLocal, zoneName } from '../deploy/local-time.ts'
import { logWords as words } from '../words/en/logs.ts'
import type { LogSearch } from './log-search.ts'

export const SPANS = ['live', '1h', '24h', '7d'] as const

interface LogFiltersProps {
  search: LogSearch
  /** Names of instances that were seen. */
  instances: readonly string[]
  onChange(change: { [Key in keyof LogSearch]?: LogSearch[Key] | undefined }): void
}

/** What to show of a log: words, level, process, instance, and from when. */
export function LogFilters({ search, instances, onChange }: LogFiltersProps) {
  const { grep = '', process, instance, level, span = 'live', at, line } = search
  const { scale } = useCurrentApp()
  const isAround = at !== undefined || line !== undefined
  const processes = [...new Set([...Object.keys(scale), ...(process ? [process] : [])])]
  const seen = [...new Set([...instances, ...(instance ? [instance] : [])])].sort()
  return (
    <search className="flex flex-wrap items-center gap-2 px-4 py-3">
      <div className="relative min-w-52 flex-1">
        <Search aria-hidden className="pointer-events-none absolute top-2.5 left-3 size-4 text-soft" />
        <TextInput
          type="search"
          aria-label={words.search}
          placeholder={words.search}
          className="pl-9"
          value={grep}
          onChange={event => onChange({ grep: event.target.value })}
        />
      </div>
      <Choice
        label={words.level}
        value={level ?? ''}
        options={[
          ['', words.levels.all!],
          ['warn', words.levels.warn!],
          ['error', words.levels.error!],
        ]}
        onChange={value => onChange({ level: (value || undefined) as LogSearch['level'] })}
      />
      <Choice
        label={words.process}
        value={process ?? ''}
        options={[['', words.allProcesses], ...processes.map(name => [name, name] as const)]}
        onChange={value => onChange({ process: value || undefined })}
      />
      <Choice
        label={words.instance}
        value={instance ?? ''}
        options={[['', words.allInstances], ...seen.map(name => [name, name.slice(-8)] as const)]}
        onChange={value => onChange({ instance: value || undefined })}
      />
      <Choice
        label={words.span}
        value={isAround ? 'at' : span}
        options={[...SPANS.map(each => [each, words.spans[each]!] as const), ['at', words.spans.at!]]}
        onChange={value =>
          onChange(
            value === 'at'
              ? { at: new Date().toISOString(), line: undefined }
              : { span: value, at: undefined, line: undefined },
          )
        }
      />
      {isAround && <JumpField key={at} at={at} onJump={at => onChange({ at, line: undefined })} />}
    </search>
  )
}

/** To a time of the viewer's zone; asked for once it is a whole one. */
function JumpField({ at, onJump }: { at: string | undefined; onJump(at: string): void }) {
  const [value, setValue] = useState(at === undefined ? '' : toLocal(Date.parse(at)))
  return (
    <TextInput
      type="datetime-local"
      aria-label={words.jump}
      title={zoneName()}
      className="w-56"
      value={value}
      onChange={event => {
        setValue(event.target.value)
        const ms = fromLocal(event.target.value)
        if (ms !== undefined) onJump(new Date(ms).toISOString())
      }}
    />
  )
}

interface ChoiceProps {
  label: string
  value: string
  options: readonly (readonly [value: string, name: string])[]
  onChange(value: string): void
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <div className="w-40">
      <Select aria-label={label} value={value} onChange={event => onChange(event.target.value)}>
        {options.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </Select>
    </div>
  )
}

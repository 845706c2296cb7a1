import { useState } from 'react'
import type { Setting } from '../api/platform-queries.ts'
import { Badge } from '../components/badge.tsx'
import { Card } from '../components/card.tsx'
import { CopyButton } from '../components/copy-field.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { TextInput } from '../components/field.tsx'
import { Toggle } from '../components/toggle.tsx'
import { inertLine } from '../text/inert.ts'
import { platformWords } from '../words/en/platform.ts'

const w = platformWords.settings

/** Every setting that the platform was started with: its value, its default, what it does and how to change it. */
export function SettingList({ settings }: { settings: readonly Setting[] }) {
  const [search, setSearch] = useState('')
  const [onlySet, setOnlySet] = useState(false)
  const found = settings.filter(setting => fits(setting, search) && (!onlySet || isSet(setting)))
  return (
    <>
      <div className="mb-4 flex flex-wrap items-center gap-x-6 gap-y-3">
        <TextInput
          type="search"
          className="max-w-sm"
          aria-label={w.search}
          placeholder={w.search}
          value={search}
          onChange={event => setSearch(event.target.value)}
        />
        <Toggle label={w.onlyChanged} checked={onlySet} onChange={setOnlySet} />
        <span className="text-sm text-soft" aria-live="polite">
          {w.count(found.length)}
        </span>
      </div>
      <Card flush>
        {found.length === 0 ? (
          <EmptyState title={w.none} />
        ) : (
          <ul aria-label={w.list} className="divide-y divide-line">
            {found.map(setting => (
              <SettingRow key={setting.name} setting={setting} />
            ))}
          </ul>
        )}
      </Card>
    </>
  )
}

function SettingRow({ setting }: { setting: Setting }) {
  const { name, description, default: fallback, source } = setting
  return (
    <li className="grid gap-x-6 gap-y-1 px-5 py-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-2">
          <code className="font-medium">{name}</code>
          <Badge tone={isSet(setting) ? 'busy' : 'neutral'}>{w.sources[source]}</Badge>
        </p>
        <p className="mt-1 text-sm text-soft">{inertLine(description)}</p>
      </div>
      <div className="min-w-0">
        <Value setting={setting} />
        <p className="mt-1 text-sm text-soft">{fallback === null ? w.noDefault : w.byDefault(fallback)}</p>
      </div>
    </li>
  )
}

function Value({ setting }: { setting: Setting }) {
  const { name, value, isSecret } = setting
  const text = isSecret && isSet(setting) ? w.secretSet : value
  return (
    <div className="flex items-start gap-2">
      {isSecret || text === null ? (
        <span className="min-w-0 flex-1 text-soft">{text ?? w.sources.unset}</span>
      ) : (
        <code className="min-w-0 flex-1 break-all">{inertLine(text)}</code>
      )}
      <CopyButton text={`${name}=${value ?? ''}`} label={w.line(name)} />
    </div>
  )
}

function isSet({ source }: Setting): boolean {
  return source === 'environment' || source === 'file'
}

function fits({ name, description }: Setting, search: string): boolean {
  const words = search.toLowerCase().split(/\s+/)
  const text = `${name} ${description}`.toLowerCase()
  return words.every(word => text.includes(word))
}

import { Select, TextInput } from '../components/field.tsx'
import { sightWords } from '../words/en/sight.ts'
import { REQUEST_SPANS, type RequestSearch, type RequestSpan } from './request-search.ts'

const words = sightWords.requests
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']

type Change = { [Key in keyof RequestSearch]: RequestSearch[Key] | undefined }

interface RequestFiltersProps {
  search: RequestSearch
  onChange(change: Change): void
}

/** What to look for: all of it is in the page's address, so that it can be shared. */
export function RequestFilters({ search, onChange }: RequestFiltersProps) {
  const { status = '', method = '', path = '', slow, ip = '', span = 'live' } = search
  const statuses = status in words.statuses ? words.statuses : { ...words.statuses, [status]: status }
  return (
    <search className="grid grid-cols-2 gap-2 px-4 py-3 md:grid-cols-3 xl:grid-cols-[10rem_10rem_minmax(10rem,1fr)_11rem_10rem_11rem]">
      <Select
        aria-label={words.status}
        value={status}
        onChange={event => onChange({ status: event.target.value || undefined })}
      >
        {Object.entries(statuses).map(([each, name]) => (
          <option key={each} value={each}>
            {name}
          </option>
        ))}
      </Select>
      <Select
        aria-label={words.method}
        value={method}
        onChange={event => onChange({ method: event.target.value || undefined })}
      >
        <option value="">{words.allMethods}</option>
        {[...new Set([...METHODS, ...(method ? [method] : [])])].map(each => (
          <option key={each}>{each}</option>
        ))}
      </Select>
      <TextInput
        type="search"
        aria-label={words.path}
        placeholder={words.path}
        value={path}
        autoCapitalize="none"
        spellCheck={false}
        className="max-md:col-span-2"
        onChange={event => onChange({ path: event.target.value || undefined })}
      />
      <TextInput
        type="number"
        min={0}
        inputMode="numeric"
        aria-label={words.slow}
        placeholder={words.slowShort}
        value={slow ?? ''}
        onChange={event => onChange({ slow: Number(event.target.value) || undefined })}
      />
      <TextInput
        type="search"
        aria-label={words.ip}
        placeholder={words.ip}
        value={ip}
        autoCapitalize="none"
        spellCheck={false}
        onChange={event => onChange({ ip: event.target.value || undefined })}
      />
      <Select
        aria-label={words.span}
        value={span}
        className="max-md:col-span-2"
        onChange={event => onChange({ span: event.target.value as RequestSpan })}
      >
        {REQUEST_SPANS.map(each => (
          <option key={each} value={each}>
            {words.spans[each]}
          </option>
        ))}
      </Select>
    </search>
  )
}

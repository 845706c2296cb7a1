import { Plus, X } from 'lucide-react'
import { Button } from '../components/button.tsx'
import { Select, TextInput } from '../components/field.tsx'
import { trafficWords as words } from '../words/en/traffic.ts'
import { newRow, type Row } from './traffic-form.ts'

export interface Column {
  field: string
  label: string
  placeholder?: string
  /** A choice instead of text: values with their names. */
  options?: Readonly<Record<string, string>>
  numeric?: boolean
  /** How much of the width, as a number of parts. */
  parts?: number
}

interface RuleRowsProps {
  label: string
  columns: readonly Column[]
  rows: readonly Row[]
  /** What a new row begins with. */
  fresh: Readonly<Record<string, string>>
  empty: string
  onChange(rows: readonly Row[]): void
}

/** Rules, one in a row; on a phone one under the other. */
export function RuleRows({ label, columns, rows, fresh, empty, onChange }: RuleRowsProps) {
  const change = (id: string, field: string, value: string) =>
    onChange(rows.map(row => (row.id === id ? { ...row, [field]: value } : row)))
  const template = `${columns.map(({ parts = 1 }) => `minmax(0,${parts}fr)`).join(' ')} 2rem`
  return (
    // biome-ignore lint/a11y/useSemanticElements: the card around it says what it is; a second frame would be noise
    <div role="group" aria-label={label} className="grid gap-2">
      {rows.length === 0 ? (
        <p className="text-sm text-soft">{empty}</p>
      ) : (
        <div
          aria-hidden
          className="hidden gap-2 text-sm text-soft md:grid"
          style={{ gridTemplateColumns: template }}
        >
          {columns.map(({ field, label }) => (
            <span key={field}>{label}</span>
          ))}
        </div>
      )}
      {rows.map((row, index) => (
        <div
          key={row.id}
          className="grid grid-cols-1 gap-2 max-md:rounded-md max-md:border max-md:border-line max-md:p-3 md:grid-cols-(--columns)"
          style={{ ['--columns' as string]: template }}
        >
          {columns.map(column => (
            <Cell
              key={column.field}
              column={column}
              label={words.cell(column.label, index + 1)}
              value={row[column.field] ?? ''}
              onChange={value => change(row.id, column.field, value)}
            />
          ))}
          <button
            type="button"
            aria-label={words.removeRow(index + 1)}
            onClick={() => onChange(rows.filter(({ id }) => id !== row.id))}
            className="grid size-9 place-items-center justify-self-end rounded-md text-soft hover:bg-sunken hover:text-ink md:w-8"
          >
            <X aria-hidden className="size-4" />
          </button>
        </div>
      ))}
      <div>
        <Button
          size="small"
          icon={<Plus aria-hidden className="size-4" />}
          aria-label={`${words.add}: ${label}`}
          onClick={() => onChange([...rows, newRow(fresh)])}
        >
          {words.add}
        </Button>
      </div>
    </div>
  )
}

interface CellProps {
  column: Column
  label: string
  value: string
  onChange(value: string): void
}

function Cell({ column: { options, placeholder, numeric, label: name }, label, value, onChange }: CellProps) {
  if (options)
    return (
      <Select aria-label={label} value={value} onChange={event => onChange(event.target.value)}>
        {Object.entries(options).map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </Select>
    )
  return (
    <TextInput
      aria-label={label}
      placeholder={placeholder ?? name}
      value={value}
      autoCapitalize="none"
      autoComplete="off"
      spellCheck={false}
      {...(numeric && { inputMode: 'decimal' as const })}
      onChange={event => onChange(event.target.value)}
    />
  )
}

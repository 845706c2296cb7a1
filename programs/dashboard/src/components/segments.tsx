import { useId } from 'react'

interface SegmentsProps<Value extends string> {
  label: string
  value: Value
  names: Readonly<Record<Value, string>>
  onChange(value: Value): void
}

/** One of a few, side by side: radio buttons, so that arrow keys move between them. */
export function Segments<Value extends string>({ label, value, names, onChange }: SegmentsProps<Value>) {
  const group = useId()
  return (
    <fieldset className="inline-flex gap-1 rounded-md bg-sunken p-1">
      <legend className="sr-only">{label}</legend>
      {Object.entries<string>(names).map(([each, name]) => (
        <label
          key={each}
          className="rounded-sm px-3 py-1 text-sm whitespace-nowrap text-soft hover:text-ink has-checked:bg-raised has-checked:font-medium has-checked:text-ink has-checked:shadow-card has-focus-visible:outline-2 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            name={group}
            value={each}
            checked={each === value}
            onChange={() => onChange(each as Value)}
            className="sr-only"
          />
          {name}
        </label>
      ))}
    </fieldset>
  )
}

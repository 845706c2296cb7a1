import { TextField } from '../components/field.tsx'
import { deploymentWords as words } from '../words/en/deployments.ts'
import { fromLocal, localAsUtc, toLocal, zoneName } from './local-time.ts'

/** A moment to come, in the viewer's zone, with UTC beside it. */
export function TimeField({ value, onChange }: { value: string; onChange(value: string): void }) {
  const at = fromLocal(value)
  return (
    <TextField
      type="datetime-local"
      label={words.time}
      min={toLocal(Date.now())}
      value={value}
      onChange={event => onChange(event.target.value)}
      hint={words.timeHint(zoneName(), localAsUtc(value))}
      error={at !== undefined && at < Date.now() ? words.timePast : undefined}
    />
  )
}

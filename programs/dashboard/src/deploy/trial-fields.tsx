import { TextField } from '../components/field.tsx'
import { Toggle } from '../components/toggle.tsx'
import { canaryWords as words } from '../words/en/canary.ts'
import type { Trial } from './trial.ts'

/** Whether the new release gets a share of the requests before it gets all of them. */
export function TrialFields({ trial, onChange }: { trial: Trial; onChange(trial: Trial): void }) {
  return (
    <div className="grid gap-4 rounded-md border border-line p-4">
      <Toggle
        label={words.onTrial}
        hint={words.onTrialHint}
        checked={trial.on}
        onChange={on => onChange({ ...trial, on })}
      />
      {trial.on && (
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label={words.percent}
            hint={words.percentHint}
            inputMode="numeric"
            value={trial.percent}
            onChange={event => onChange({ ...trial, percent: event.target.value })}
          />
          <TextField
            label={words.after}
            hint={words.afterHint}
            inputMode="decimal"
            value={trial.afterMinutes}
            onChange={event => onChange({ ...trial, afterMinutes: event.target.value })}
          />
        </div>
      )}
    </div>
  )
}

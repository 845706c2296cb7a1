import { Toggle } from '../components/toggle.tsx'
import { deploymentWords as words } from '../words/en/deployments.ts'
import { toLocal } from './local-time.ts'
import type { StartPlan } from './start-plan.ts'
import { TimeField } from './time-field.tsx'
import { TrialFields } from './trial-fields.tsx'

const AN_HOUR_MS = 3_600_000

interface StartOptionsProps {
  plan: StartPlan
  /** The first release has nothing to be compared with. */
  canBeTried: boolean
  onChange(plan: StartPlan): void
}

/** How it starts, for every way to deploy. */
export function StartOptions({ plan, canBeTried, onChange }: StartOptionsProps) {
  const { trial, at } = plan
  return (
    <div className="grid gap-3">
      {canBeTried && <TrialFields trial={trial} onChange={trial => onChange({ ...plan, trial })} />}
      <div className="grid gap-4 rounded-md border border-line p-4">
        <Toggle
          label={words.later}
          hint={words.laterHint}
          checked={at !== undefined}
          onChange={on => onChange({ ...plan, at: on ? toLocal(Date.now() + AN_HOUR_MS) : undefined })}
        />
        {at !== undefined && <TimeField value={at} onChange={at => onChange({ ...plan, at })} />}
      </div>
    </div>
  )
}

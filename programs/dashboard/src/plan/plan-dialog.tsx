import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { FormError } from '../components/field.tsx'
import { inert, inertLine } from '../text/inert.ts'
import { planWords } from '../words/en/plan.ts'
import { words } from '../words/en.ts'

export interface PlannedChange {
  /** For people. */
  name: string
  before: unknown
  after: unknown
}

export interface PlannedEffect {
  text: string
  tone: 'calm' | 'warn'
}

interface PlanDialogProps {
  about?: string
  changes: readonly PlannedChange[]
  effects: readonly PlannedEffect[]
  busy: boolean
  error: Error | null
  onConfirm(): void
  onClose(): void
}

/** What saving will change, as the platform understood it, before it does. */
export function PlanDialog({ about, changes, effects, busy, error, onConfirm, onClose }: PlanDialogProps) {
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={planWords.title}
      about={about}
      actions={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button look="main" busy={busy} onClick={onConfirm}>
            {planWords.confirm}
          </Button>
        </>
      }
    >
      <div className="grid gap-5">
        <FormError text={error?.message} />
        {changes.map(({ name, before, after }) => (
          <section key={name} aria-label={name}>
            <h3 className="mb-1.5 font-medium">{name}</h3>
            <div className="grid gap-2 sm:grid-cols-2">
              <Side name={planWords.before} value={before} look="bg-bad-soft" />
              <Side name={planWords.after} value={after} look="bg-good-soft" />
            </div>
          </section>
        ))}
        {effects.length > 0 && (
          <section aria-label={planWords.effects} className="grid gap-2">
            {effects.map(({ text, tone }) => (
              <p
                key={text}
                className={`rounded-md px-3 py-2 text-sm ${tone === 'warn' ? 'bg-warn-soft text-warn' : 'bg-sunken'}`}
              >
                {inertLine(text)}
              </p>
            ))}
          </section>
        )}
      </div>
    </Dialog>
  )
}

function Side({ name, value, look }: { name: string; value: unknown; look: string }) {
  const isNothing = value === null || (typeof value === 'object' && Object.keys(value).length === 0)
  return (
    <div className={`min-w-0 rounded-md p-3 ${look}`}>
      <p className="text-sm">{name}</p>
      {isNothing ? (
        <p className="text-sm">{planWords.nothing}</p>
      ) : (
        <pre className="text-sm whitespace-pre-wrap">
          {inert(typeof value === 'string' ? value : JSON.stringify(value, null, 2))}
        </pre>
      )}
    </div>
  )
}

import type { Traffic } from '../api/sight-queries.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { FormError } from '../components/field.tsx'
import { inert, inertLine } from '../text/inert.ts'
import { trafficWords } from '../words/en/traffic.ts'
import { words as allWords } from '../words/en.ts'

const words = trafficWords.save

interface PlanDialogProps {
  /** What the API says would change. */
  plan: Traffic
  busy: boolean
  error: Error | null
  onConfirm(): void
  onClose(): void
}

/** What saving will change, as the platform understood it, before it does. */
export function PlanDialog({ plan, busy, error, onConfirm, onClose }: PlanDialogProps) {
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={words.title}
      about={words.about}
      actions={
        <>
          <Button onClick={onClose}>{allWords.cancel}</Button>
          <Button look="main" busy={busy} onClick={onConfirm}>
            {words.confirm}
          </Button>
        </>
      }
    >
      <div className="grid gap-5">
        <FormError text={error?.message} />
        {(plan.changes ?? []).map(({ key, before, after }) => (
          <section key={key} aria-label={trafficWords.keys[key] ?? key}>
            <h3 className="mb-1.5 font-medium">{trafficWords.keys[key] ?? key}</h3>
            <div className="grid gap-2 sm:grid-cols-2">
              <Side name={words.before} value={before} look="bg-bad-soft" />
              <Side name={words.after} value={after} look="bg-good-soft" />
            </div>
          </section>
        ))}
        {plan.notes.map(note => (
          <p key={note} className="rounded-md bg-warn-soft px-3 py-2 text-sm text-warn">
            {inertLine(note)}
          </p>
        ))}
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
        <p className="text-sm">{words.nothing}</p>
      ) : (
        <pre className="text-sm whitespace-pre-wrap">
          {inert(typeof value === 'string' ? value : JSON.stringify(value, null, 2))}
        </pre>
      )}
    </div>
  )
}

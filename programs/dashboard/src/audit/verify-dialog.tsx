import { ShieldAlert, ShieldCheck } from 'lucide-react'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { client, type EventOf } from '../api/client.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { CopyField } from '../components/copy-field.tsx'
import { Dialog } from '../components/dialog.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { inert } from '../text/inert.ts'
import { auditWords } from '../words/en/audit.ts'
import { words } from '../words/en.ts'

type Verdict = Extract<EventOf<'audit.verify'>, { type: 'end' }>

/** Walks the whole log, tells how far it is, and then what it found. */
export function VerifyDialog({ onClose }: { onClose(): void }) {
  const [checked, setChecked] = useState(0)
  const leave = useRef<AbortController>(undefined)
  useEffect(() => () => leave.current?.abort(), [])
  const verify = useAction({
    run: (known: string) => {
      leave.current = new AbortController()
      return walk({ known, signal: leave.current.signal, onProgress: setChecked })
    },
    quiet: true,
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    setChecked(0)
    verify.mutate(String(new FormData(event.currentTarget).get('known')).trim())
  }
  return (
    <Dialog open onClose={onClose} title={auditWords.verifyTitle} about={auditWords.verifyAbout}>
      <form onSubmit={submit} className="grid gap-4">
        <FormError text={verify.error?.message} />
        <div role="status" className="grid gap-4">
          {verify.isPending && <p className="text-soft">{auditWords.verifying(checked)}</p>}
          {verify.data && <Outcome verdict={verify.data} />}
        </div>
        <TextField
          label={auditWords.known}
          hint={auditWords.knownHint}
          name="known"
          autoComplete="off"
          spellCheck={false}
          className="font-mono text-sm"
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{words.close}</Button>
          <Button look="main" type="submit" busy={verify.isPending}>
            {auditWords.start}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

interface Walk {
  known: string
  signal: AbortSignal
  onProgress(checked: number): void
}

async function walk({ known, signal, onProgress }: Walk): Promise<Verdict | undefined> {
  for await (const event of client.stream('audit.verify', { query: known === '' ? {} : { known }, signal })) {
    if (event.type === 'end') return event
    onProgress(event.checked)
  }
  return undefined
}

function Outcome({ verdict }: { verdict: Verdict }) {
  const { intact, checked, head } = verdict
  return (
    <>
      {intact ? (
        <p className="flex items-start gap-3 rounded-md bg-good-soft px-3 py-2 text-good">
          <ShieldCheck aria-hidden className="mt-0.5 size-4 shrink-0" />
          {auditWords.intact(checked)}
        </p>
      ) : (
        <div className="flex items-start gap-3 rounded-md bg-bad-soft px-3 py-2 text-bad">
          <ShieldAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          <div>
            <p className="font-medium">{auditWords.broken(verdict.break?.sequence ?? 0)}</p>
            <p>{inert(verdict.break?.message ?? '')}</p>
          </div>
        </div>
      )}
      {intact && head !== null && (
        <div className="min-w-0">
          <p className="mb-1.5 text-sm text-soft">{auditWords.head}</p>
          <CopyField text={head} label={auditWords.headLabel} />
        </div>
      )}
    </>
  )
}

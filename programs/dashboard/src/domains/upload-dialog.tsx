import { useId, useState } from 'react'
import { client } from '../api/client.ts'
import { formProblem } from '../api/problem.ts'
import { type Domain, sightKeys } from '../api/sight-queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button, buttonLook } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { Field, type FieldErrors, FormError, TextArea } from '../components/field.tsx'
import { useToasts } from '../components/toast.tsx'
import { domainWords as words } from '../words/en/domains.ts'
import { words as allWords } from '../words/en.ts'

interface UploadDialogProps {
  slug: string
  domain: Pick<Domain, 'host' | 'display'>
  onClose(): void
}

/** A certificate of one's own: pasted or from files. The key leaves the page once, and is never shown again. */
export function UploadDialog({ slug, domain: { host, display }, onClose }: UploadDialogProps) {
  const [chain, setChain] = useState('')
  const [key, setKey] = useState('')
  const toasts = useToasts()
  const upload = useAction({
    run: () => client.call('domains.upload', { params: { slug, host }, body: { chain, key } }),
    refresh: [sightKeys.domains(slug)],
    quiet: true,
    onDone() {
      toasts.show({ text: words.uploadDone(display) })
      onClose()
    },
  })
  const { fields, general } = formProblem(upload.error, ['chain', 'key'])
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={words.uploadTitle(display)}
      about={words.uploadAbout}
      actions={
        <>
          <Button onClick={onClose}>{allWords.cancel}</Button>
          <Button
            look="main"
            busy={upload.isPending}
            whyNot={chain.trim() && key.trim() ? undefined : words.pasteBoth}
            onClick={() => upload.mutate()}
          >
            {words.uploadAction}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <FormError text={general} />
        <PemField
          label={words.chain}
          hint={words.chainHint}
          value={chain}
          error={fields.chain}
          onChange={setChain}
        />
        <PemField label={words.key} hint={words.keyHint} value={key} error={fields.key} onChange={setKey} />
      </div>
    </Dialog>
  )
}

interface PemFieldProps {
  label: string
  hint: string
  value: string
  error: FieldErrors
  onChange(value: string): void
}

function PemField({ label, hint, value, error, onChange }: PemFieldProps) {
  const file = useId()
  return (
    <div className="grid gap-2">
      <Field label={label} hint={hint} error={error}>
        {control => (
          <TextArea
            {...control}
            rows={5}
            value={value}
            spellCheck={false}
            autoComplete="off"
            placeholder="-----BEGIN …"
            className="font-mono text-sm"
            onChange={event => onChange(event.target.value)}
          />
        )}
      </Field>
      <div className="has-focus-visible:outline-2 has-focus-visible:outline-accent justify-self-start rounded-md">
        <input
          id={file}
          type="file"
          aria-label={`${label}: ${words.fromFile}`}
          className="sr-only"
          onChange={event => void event.target.files?.[0]?.text().then(onChange)}
        />
        <label htmlFor={file} className={buttonLook('plain', 'small')}>
          {words.fromFile}
        </label>
      </div>
    </div>
  )
}

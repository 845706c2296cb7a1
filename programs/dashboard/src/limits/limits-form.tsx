import { whyMayNot } from '@seaworthy/api/can'
import { type FormEvent, useState } from 'react'
import { ApiError, client } from '../api/client.ts'
import type { App } from '../api/queries.ts'
import { Button } from '../components/button.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { useToasts } from '../components/toast.tsx'
import { DeploymentLink } from '../deployment/deployment-link.tsx'
import { usePlannedSave } from '../plan/use-planned-save.tsx'
import { limitWords as words } from '../words/en/limits.ts'
import { pageWords } from '../words/en/pages.ts'
import { planWords } from '../words/en/plan.ts'
import { fieldOf, LIMIT_FIELDS, limitDraft, type OwnLimits, ownLimits } from './limit-draft.ts'

interface LimitsFormProps {
  app: App
  own: OwnLimits
  /** What counts where the app says nothing, by field. */
  defaults: Readonly<Record<string, string>>
}

/** The limits that the app sets for itself, above those of its release. */
export function LimitsForm({ app, own, defaults }: LimitsFormProps) {
  const [draft, setDraft] = useState(() => limitDraft(own))
  const toasts = useToasts()
  const body = ownLimits(draft, own)
  const save = usePlannedSave(app, {
    change: { limits: body },
    run: () => client.call('limits.replace', { params: { slug: app.slug }, body }),
    onDone: ({ deployment }) =>
      deployment == null
        ? toasts.show({ text: words.unchanged })
        : toasts.show({
            text: words.saved,
            link: <DeploymentLink slug={app.slug} number={deployment} />,
          }),
  })
  const { fields, general } = problemsOf(save.error)
  const isSame = JSON.stringify(draft) === JSON.stringify(limitDraft(own))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.review()
  }
  return (
    <form onSubmit={submit} noValidate className="grid gap-4 border-t border-line pt-5">
      <p className="text-sm text-soft">
        {words.fieldsAbout} {own.perProcess && words.ownPerProcess}
      </p>
      <FormError text={general} />
      <div className="grid gap-4 sm:grid-cols-2">
        {LIMIT_FIELDS.map(field => {
          const [label, hint] = words.fields[field]
          return (
            <TextField
              key={field}
              label={label}
              hint={hint}
              error={fields[field]}
              inputMode="decimal"
              autoComplete="off"
              placeholder={defaults[field] && words.default(defaults[field])}
              value={draft[field]}
              onChange={event => setDraft({ ...draft, [field]: event.target.value })}
            />
          )
        })}
      </div>
      <div>
        <Button
          look="main"
          type="submit"
          busy={save.busy}
          whyNot={whyMayNot(app, 'limit:write') ?? (isSame ? pageWords.settings.nothingChanged : undefined)}
        >
          {planWords.review}
        </Button>
      </div>
      {save.dialog}
    </form>
  )
}

function problemsOf(error: Error | null) {
  const fields: Record<string, string> = {}
  for (const { path, message } of error instanceof ApiError ? error.errors : []) {
    const field = fieldOf(path)
    if (field) fields[field] = message
  }
  return { fields, general: error && Object.keys(fields).length === 0 ? error.message : undefined }
}

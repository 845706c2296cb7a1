import { type FormEvent, useState } from 'react'
import type { Quota, Quotas } from '../api/team-queries.ts'
import { teamKeys } from '../api/team-queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { Field, FormError, TextInput } from '../components/field.tsx'
import { useToasts } from '../components/toast.tsx'
import { quotaWords } from '../words/en/quotas.ts'
import { words } from '../words/en.ts'
import { type Limits, limitsOf, type QuotaDraft } from './quota-draft.ts'

interface EditQuotasProps {
  quotas: readonly Quota[]
  save(limits: Limits): Promise<Quotas>
  onClose(): void
}

export function EditQuotas({ quotas, save, onClose }: EditQuotasProps) {
  const [draft, setDraft] = useState<QuotaDraft>({})
  const toasts = useToasts()
  const limits = limitsOf(draft, quotas)
  const store = useAction({
    run: () => save(limits),
    refresh: [teamKeys.quotas],
    quiet: true,
    onDone() {
      onClose()
      toasts.show({ text: quotaWords.saved })
    },
  })
  const isUnchanged = Object.keys(limits).length === 0
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!isUnchanged) store.mutate()
  }
  return (
    <Dialog open onClose={onClose} title={quotaWords.editTitle} about={quotaWords.editAbout}>
      <form onSubmit={submit} noValidate className="grid gap-4">
        <FormError text={store.error?.message} />
        {quotas.map(quota => (
          <QuotaField
            key={quota.name}
            quota={quota}
            value={draft[quota.name]}
            onChange={value => setDraft({ ...draft, [quota.name]: value })}
          />
        ))}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button
            look="main"
            type="submit"
            busy={store.isPending}
            whyNot={isUnchanged ? quotaWords.noChange : undefined}
          >
            {words.save}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

interface QuotaFieldProps {
  quota: Quota
  value: string | undefined
  onChange(value: string): void
}

function QuotaField({ quota: { name, limit, source }, value, onChange }: QuotaFieldProps) {
  const isDefault = value === 'default' || (value === undefined && source === 'default')
  const unit = quotaWords.units[name] ?? ''
  return (
    <Field label={quotaWords.names[name] + unit.replace(/^ (.+)$/, ' ($1)')}>
      {control => (
        <div className="flex items-center gap-2">
          <TextInput
            {...control}
            type="number"
            inputMode="numeric"
            min={0}
            value={value === 'default' ? '' : (value ?? limit ?? '')}
            placeholder={isDefault ? quotaWords.sources.default : undefined}
            onChange={event => onChange(event.target.value)}
          />
          <Button
            size="small"
            whyNot={isDefault ? quotaWords.sources.default : undefined}
            aria-label={`${quotaWords.names[name]}: ${quotaWords.reset}`}
            onClick={() => onChange('default')}
          >
            {quotaWords.reset}
          </Button>
        </div>
      )}
    </Field>
  )
}

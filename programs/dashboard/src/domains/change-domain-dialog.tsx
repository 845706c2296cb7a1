import { useState } from 'react'
import { client } from '../api/client.ts'
import { formProblem } from '../api/problem.ts'
import { type Domain, sightKeys } from '../api/sight-queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { FormError } from '../components/field.tsx'
import { useToasts } from '../components/toast.tsx'
import { Toggle } from '../components/toggle.tsx'
import { domainWords as words } from '../words/en/domains.ts'
import { pageWords } from '../words/en/pages.ts'
import { words as allWords } from '../words/en.ts'
import { type DomainDraft, draftOf, updateBody } from './domain-draft.ts'
import { DOMAIN_FIELDS, DomainFields } from './domain-fields.tsx'

interface ChangeDomainDialogProps {
  slug: string
  domain: Domain
  others: readonly string[]
  onClose(): void
}

/** Where a domain leads, how it insists on https, and how it is proved. */
export function ChangeDomainDialog({ slug, domain, others, onClose }: ChangeDomainDialogProps) {
  const [draft, setDraft] = useState<DomainDraft>(() => draftOf(domain))
  const toasts = useToasts()
  const change = (part: Partial<DomainDraft>) => setDraft({ ...draft, ...part })
  const body = updateBody(draft, domain)
  const save = useAction({
    run: () => client.call('domains.update', { params: { slug, host: domain.host }, body }),
    refresh: [sightKeys.domains(slug)],
    quiet: true,
    onDone() {
      toasts.show({ text: words.saved(domain.display) })
      onClose()
    },
  })
  const { fields, general } = formProblem(save.error, DOMAIN_FIELDS)
  const isSame = Object.keys(body).length === 0
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={words.changeTitle(domain.display)}
      actions={
        <>
          <Button onClick={onClose}>{allWords.cancel}</Button>
          <Button
            look="main"
            busy={save.isPending}
            whyNot={isSame ? pageWords.settings.nothingChanged : undefined}
            onClick={() => save.mutate()}
          >
            {allWords.save}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <FormError text={general} />
        <Toggle
          label={words.redirectHttps}
          hint={words.redirectHttpsHint}
          checked={draft.redirectHttps}
          onChange={redirectHttps => change({ redirectHttps })}
        />
        <Toggle
          label={words.hsts}
          hint={words.hstsHint}
          checked={draft.hsts}
          onChange={hsts => change({ hsts })}
        />
        <Toggle
          label={words.hstsSubdomains}
          hint={words.hstsSubdomainsHint}
          checked={draft.hstsSubdomains}
          onChange={hstsSubdomains => change({ hstsSubdomains })}
        />
        <DomainFields draft={draft} others={others} errors={fields} onChange={change} />
      </div>
    </Dialog>
  )
}

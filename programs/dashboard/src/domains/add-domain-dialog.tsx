import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { client } from '../api/client.ts'
import { formProblem } from '../api/problem.ts'
import { type Domain, sightKeys, sightQueries } from '../api/sight-queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button, buttonLook } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { Toggle } from '../components/toggle.tsx'
import { domainWords as words } from '../words/en/domains.ts'
import { addBody, type DomainDraft, isWildcard, NEW_DOMAIN } from './domain-draft.ts'
import { DOMAIN_FIELDS, DomainFields } from './domain-fields.tsx'
import { DomainRecords } from './domain-records.tsx'
import { DomainSteps } from './domain-steps.tsx'

interface AddDomainDialogProps {
  slug: string
  /** Domains that the app has already. */
  others: readonly string[]
  onClose(): void
}

/** Asks for the host, then shows live what is looked at until the certificate is there. */
export default function AddDomainDialog(props: AddDomainDialogProps) {
  const [added, setAdded] = useState<Domain>()
  return added ? (
    <Watch slug={props.slug} added={added} onClose={props.onClose} />
  ) : (
    <Ask {...props} onAdded={setAdded} />
  )
}

function Ask({ slug, others, onClose, onAdded }: AddDomainDialogProps & { onAdded(domain: Domain): void }) {
  const [draft, setDraft] = useState<DomainDraft>(NEW_DOMAIN)
  const change = (part: Partial<DomainDraft>) => setDraft({ ...draft, ...part })
  const add = useAction({
    run: () => client.call('domains.add', { params: { slug }, body: addBody(draft) }),
    refresh: [sightKeys.domains(slug)],
    quiet: true,
    onDone: onAdded,
  })
  const { fields, general } = formProblem(add.error, DOMAIN_FIELDS)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    add.mutate()
  }
  return (
    <Dialog open wide onClose={onClose} title={words.addTitle} about={words.addAbout}>
      <form onSubmit={submit} noValidate className="grid gap-4">
        <FormError text={general} />
        <TextField
          label={words.host}
          hint={words.hostHint}
          error={fields.host}
          value={draft.host}
          autoFocus
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          onChange={event => {
            const host = event.target.value
            change({ host, ...(isWildcard(host) && { challenge: 'dns-01' as const }) })
          }}
        />
        <DomainFields draft={draft} others={others} errors={fields} onChange={change} />
        <Toggle
          label={words.wantsCertificate}
          hint={words.wantsCertificateHint}
          checked={draft.certificate}
          onChange={certificate => change({ certificate })}
        />
        <div className="flex flex-wrap gap-2">
          <Button look="main" type="submit" busy={add.isPending}>
            {words.next}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function Watch({ slug, added, onClose }: { slug: string; added: Domain; onClose(): void }) {
  const { data } = useQuery({ ...sightQueries.domains(slug), refetchInterval: 1_500 })
  const domain = data?.find(({ host }) => host === added.host) ?? added
  const isThere = domain.state === 'secured' || domain.state === 'plain'
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={words.watchTitle(domain.display)}
      about={words.watchAbout}
      actions={
        <>
          {domain.state === 'secured' && (
            <a
              href={`https://${domain.host}`}
              target="_blank"
              rel="noreferrer"
              className={buttonLook('plain')}
            >
              {words.open}
            </a>
          )}
          <Button look={isThere ? 'main' : 'plain'} onClick={onClose}>
            {words.close}
          </Button>
        </>
      }
    >
      <div className="grid gap-5">
        <p role="status" className="empty:hidden">
          {doneWords(domain)}
        </p>
        <FormError text={domain.problem?.message} />
        <DomainSteps domain={domain} />
        {!isThere && <DomainRecords domain={domain} />}
      </div>
    </Dialog>
  )
}

function doneWords({ state, display, redirectTo }: Domain): string | undefined {
  if (state === 'plain') return words.donePlain(display)
  if (state !== 'secured') return undefined
  return redirectTo ? words.doneRedirect(display, redirectTo) : words.done(display)
}

import { useState } from 'react'
import { client } from '../api/client.ts'
import type { App } from '../api/queries.ts'
import { type Domain, sightKeys } from '../api/sight-queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { useToasts } from '../components/toast.tsx'
import { domainWords as words } from '../words/en/domains.ts'
import { ChangeDomainDialog } from './change-domain-dialog.tsx'
import { UploadDialog } from './upload-dialog.tsx'

interface DomainActionsProps {
  app: App
  domain: Domain
  others: readonly string[]
  /** Why nothing of it can be done, as a sentence. */
  whyNot: string | undefined
}

/** What can be done with a domain. */
export function DomainActions({ app: { slug }, domain, others, whyNot }: DomainActionsProps) {
  const [asking, setAsking] = useState<'change' | 'upload' | 'remove'>()
  const toasts = useToasts()
  const params = { slug, host: domain.host }
  const refresh = [sightKeys.domains(slug)]
  const check = useAction({ run: () => client.call('domains.check', { params }), refresh })
  const renew = useAction({
    run: (automatic: boolean) =>
      client.call('domains.renew', { params, body: automatic ? { automatic } : {} }),
    refresh,
    onDone: () => toasts.show({ text: words.renewing }),
  })
  const isUploaded = domain.certificate?.source === 'upload'
  const close = () => setAsking(undefined)
  return (
    <div className="flex flex-wrap gap-2">
      <Button size="small" busy={check.isPending} whyNot={whyNot} onClick={() => check.mutate()}>
        {words.check}
      </Button>
      <Button
        size="small"
        busy={renew.isPending || domain.state === 'working'}
        whyNot={whyNot}
        onClick={() => renew.mutate(isUploaded || domain.state === 'plain')}
      >
        {isUploaded || domain.state === 'plain' ? words.automatic : words.renew}
      </Button>
      <Button size="small" whyNot={whyNot} onClick={() => setAsking('upload')}>
        {words.upload}
      </Button>
      <Button size="small" whyNot={whyNot} onClick={() => setAsking('change')}>
        {words.change}
      </Button>
      <Button size="small" look="quiet" whyNot={whyNot} onClick={() => setAsking('remove')}>
        {words.remove}
      </Button>
      {asking === 'upload' && <UploadDialog slug={slug} domain={domain} onClose={close} />}
      {asking === 'change' && (
        <ChangeDomainDialog slug={slug} domain={domain} others={others} onClose={close} />
      )}
      {asking === 'remove' && <RemoveDialog slug={slug} domain={domain} onClose={close} />}
    </div>
  )
}

function RemoveDialog({ slug, domain, onClose }: { slug: string; domain: Domain; onClose(): void }) {
  const toasts = useToasts()
  const remove = useAction({
    run: () => client.call('domains.remove', { params: { slug, host: domain.host } }),
    refresh: [sightKeys.domains(slug)],
    quiet: true,
    onDone() {
      toasts.show({ text: words.removed(domain.display) })
      onClose()
    },
  })
  return (
    <ConfirmDialog
      danger
      title={words.removeTitle(domain.display)}
      about={words.removeAbout}
      action={words.remove}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    />
  )
}

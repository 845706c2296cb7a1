import { whyMayNot } from '@seaworthy/api/can'
import { useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { type FormEvent, useId, useState } from 'react'
import { client } from '../api/client.ts'
import type { App } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { appJobKeys, appJobQueries } from '../apps/app-job-queries.ts'
import { Button, buttonLook } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { Toggle } from '../components/toggle.tsx'
import { inertLine } from '../text/inert.ts'
import { fileSize } from '../text/sizes.ts'
import { bulkWords, copyWords } from '../words/en/app-jobs.ts'
import { words } from '../words/en.ts'

const MIN_PASSPHRASE = 12

/** Orders the file and offers it once it is there; the list of apps offers it, too, should one leave before. */
export default function ExportDialog({ app, onClose }: { app: App; onClose(): void }) {
  const form = useId()
  const [secrets, setSecrets] = useState(false)
  const [passphrase, setPassphrase] = useState('')
  const order = useAction({
    run: () =>
      client.call('apps.export', {
        params: { slug: app.slug },
        body: secrets ? { secrets, passphrase } : {},
      }),
    refresh: [appJobKeys.all],
    quiet: true,
  })
  const { data: jobs } = useQuery({ ...appJobQueries.recent(), enabled: order.isSuccess })
  const job = jobs?.find(({ id }) => id === order.data?.id) ?? order.data
  const mayNot = whyMayNot(app, 'app:export-secrets')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    order.mutate()
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={copyWords.exportTitle(inertLine(app.name))}
      about={copyWords.exportAbout}
      actions={
        job?.file ? (
          <>
            <Button onClick={onClose}>{words.close}</Button>
            <a
              href={`/api/v1/app-jobs/${job.id}/file`}
              download={job.file.name}
              className={buttonLook('main')}
            >
              <Download aria-hidden className="size-4" />
              {bulkWords.download(fileSize(job.file.sizeBytes))}
            </a>
          </>
        ) : (
          <>
            <Button onClick={onClose}>{words.cancel}</Button>
            <Button
              look="main"
              type="submit"
              form={form}
              busy={order.isPending || (job !== undefined && !job.error)}
              whyNot={secrets && passphrase.length < MIN_PASSPHRASE ? copyWords.passphraseShort : undefined}
            >
              {copyWords.exportAction}
            </Button>
          </>
        )
      }
    >
      <form id={form} onSubmit={submit} noValidate className="grid gap-4">
        <FormError text={order.error?.message ?? job?.error ?? undefined} />
        <p aria-live="polite" className="empty:hidden">
          {job?.file && `${copyWords.exportReady} ${bulkWords.fileUntil}`}
        </p>
        {!job && (
          <>
            <Toggle
              label={copyWords.exportSecrets}
              hint={mayNot ?? copyWords.exportSecretsHint}
              checked={secrets}
              onChange={checked => mayNot === undefined && setSecrets(checked)}
            />
            {secrets && (
              <TextField
                label={copyWords.passphrase}
                type="password"
                autoComplete="new-password"
                value={passphrase}
                hint={copyWords.passphraseHint}
                onChange={event => setPassphrase(event.target.value)}
              />
            )}
          </>
        )}
        <p className="text-sm text-soft">{copyWords.exportLeft}</p>
      </form>
    </Dialog>
  )
}

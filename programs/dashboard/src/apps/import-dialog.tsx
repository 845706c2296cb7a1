import { may } from '@seaworthy/api/can'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useId, useState } from 'react'
import { formProblem } from '../api/problem.ts'
import { keys } from '../api/queries.ts'
import { teamQueries } from '../api/team-queries.ts'
import { uploadExport } from '../api/upload.ts'
import { useAction } from '../api/use-action.ts'
import { Meter } from '../charts/meter.tsx'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { Field, FormError, inputLook, Select, TextField } from '../components/field.tsx'
import { useToasts } from '../components/toast.tsx'
import { inertLine } from '../text/inert.ts'
import { copyWords } from '../words/en/app-jobs.ts'
import { words } from '../words/en.ts'

/** Makes a new app from the file of an export. */
export default function ImportDialog({ onClose }: { onClose(): void }) {
  const form = useId()
  const [file, setFile] = useState<File>()
  const [part, setPart] = useState(0)
  const { data: teams = [] } = useQuery({ ...teamQueries.teams(), throwOnError: false })
  const own = teams.filter(team => may(team, 'app:create'))
  const navigate = useNavigate()
  const toasts = useToasts()
  const importing = useAction({
    run: (fields: Record<string, string>) =>
      uploadExport({ archive: file!, fields, onProgress: (sent, total) => setPart(sent / total) }),
    refresh: [keys.apps],
    quiet: true,
    onDone({ app, deployment, notes }) {
      toasts.show({ text: [copyWords.imported(app.name), ...notes].join(' ') })
      onClose()
      const params = { slug: app.slug }
      if (deployment === null) void navigate({ to: '/apps/$slug', params })
      else
        void navigate({
          to: '/apps/$slug/deployments/$number',
          params: { ...params, number: String(deployment) },
        })
    },
  })
  const { fields, general } = formProblem(importing.error, ['slug', 'passphrase'])
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (!file) return
    const given = [...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value).trim()])
    importing.mutate(Object.fromEntries(given.filter(([name, value]) => name !== 'file' && value !== '')))
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={copyWords.importTitle}
      about={copyWords.importAbout}
      actions={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button
            look="main"
            type="submit"
            form={form}
            busy={importing.isPending}
            whyNot={file ? undefined : copyWords.importFileMissing}
          >
            {copyWords.importAction}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate className="grid gap-4">
        <FormError text={general} />
        <Field label={copyWords.importFile}>
          {control => (
            <input
              {...control}
              type="file"
              name="file"
              accept=".gz,.tgz,.tar"
              className={`${inputLook} h-9 px-1 py-1 file:mr-3 file:h-full file:rounded-sm file:border-0 file:bg-sunken file:px-2.5 file:text-ink`}
              onChange={event => setFile(event.target.files?.[0])}
            />
          )}
        </Field>
        <TextField
          label={copyWords.newSlug}
          name="slug"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          hint={copyWords.importSlugHint}
          error={fields.slug}
        />
        {own.length > 1 && (
          <Field label={copyWords.importTeam}>
            {control => (
              <Select {...control} name="team">
                {own.map(({ slug, name }) => (
                  <option key={slug} value={slug}>
                    {inertLine(name)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
        <TextField
          label={copyWords.passphrase}
          name="passphrase"
          type="password"
          autoComplete="off"
          hint={copyWords.importPassphraseHint}
          error={fields.passphrase}
        />
        {importing.isPending && <Meter part={part} />}
      </form>
    </Dialog>
  )
}

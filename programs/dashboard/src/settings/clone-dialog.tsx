import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useId, useState } from 'react'
import { client } from '../api/client.ts'
import { formProblem } from '../api/problem.ts'
import { type App, keys } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { useToasts } from '../components/toast.tsx'
import { Toggle } from '../components/toggle.tsx'
import { inertLine } from '../text/inert.ts'
import { copyWords } from '../words/en/app-jobs.ts'
import { words } from '../words/en.ts'

/** A second app that begins as this one is; its first deployment shows how far it is. */
export default function CloneDialog({ app, onClose }: { app: App; onClose(): void }) {
  const form = useId()
  const [secrets, setSecrets] = useState(true)
  const navigate = useNavigate()
  const toasts = useToasts()
  const clone = useAction({
    run: (body: { slug: string; name?: string }) =>
      client.call('apps.clone', { params: { slug: app.slug }, body: { ...body, secrets } }),
    refresh: [keys.apps],
    quiet: true,
    onDone({ app: made, deployment, notes }) {
      toasts.show({ text: [copyWords.cloned(made.name), ...notes].join(' ') })
      const params = { slug: made.slug }
      if (deployment === null) void navigate({ to: '/apps/$slug', params })
      else
        void navigate({
          to: '/apps/$slug/deployments/$number',
          params: { ...params, number: String(deployment) },
        })
    },
  })
  const { fields, general } = formProblem(clone.error, ['slug', 'name'])
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget)
    const name = String(given.get('name')).trim()
    clone.mutate({ slug: String(given.get('slug')).trim(), ...(name !== '' && { name }) })
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={copyWords.cloneTitle(inertLine(app.name))}
      about={copyWords.cloneAbout}
      actions={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button look="main" type="submit" form={form} busy={clone.isPending}>
            {copyWords.cloneAction}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate className="grid gap-4">
        <FormError text={general} />
        <TextField
          label={copyWords.newSlug}
          name="slug"
          defaultValue={`${app.slug}-copy`.slice(0, 40)}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          hint={copyWords.newSlugHint}
          error={fields.slug}
        />
        <TextField
          label={copyWords.newName}
          name="name"
          autoComplete="off"
          hint={copyWords.newNameHint}
          error={fields.name}
        />
        <Toggle
          label={copyWords.secrets}
          hint={copyWords.secretsHint}
          checked={secrets}
          onChange={setSecrets}
        />
        <p className="text-sm text-soft">{copyWords.cloneLeft}</p>
      </form>
    </Dialog>
  )
}

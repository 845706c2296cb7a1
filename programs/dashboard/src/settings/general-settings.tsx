import type { FormEvent } from 'react'
import { client } from '../api/client.ts'
import { formProblem } from '../api/problem.ts'
import { type App, keys } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { whyNot } from '../app/why-not.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { useToasts } from '../components/toast.tsx'
import { pageWords } from '../words/en/pages.ts'
import { words } from '../words/en.ts'

export function GeneralSettings({ app }: { app: App }) {
  const toasts = useToasts()
  const save = useAction({
    run: (body: { name: string; sleepAfterMinutes: number | null }) =>
      client.call('apps.update', { params: { slug: app.slug }, body }),
    refresh: [keys.app(app.slug), keys.apps],
    quiet: true,
    onDone: () => toasts.show({ text: pageWords.settings.saved }),
  })
  const { fields, general } = formProblem(save.error, ['name', 'sleepAfterMinutes'])
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const minutes = String(form.get('sleepAfterMinutes')).trim()
    save.mutate({
      name: String(form.get('name')),
      sleepAfterMinutes: minutes === '' ? null : Number(minutes),
    })
  }
  return (
    <Card title={pageWords.settings.general}>
      <form onSubmit={submit} noValidate className="grid gap-4">
        <FormError text={general} />
        <TextField
          label={pageWords.settings.name}
          name="name"
          defaultValue={app.name}
          hint={pageWords.settings.nameHint(app.slug)}
          error={fields.name}
        />
        <TextField
          label={pageWords.settings.sleep}
          name="sleepAfterMinutes"
          type="number"
          min={0}
          inputMode="numeric"
          defaultValue={app.sleepAfterMinutes ?? ''}
          hint={pageWords.settings.sleepHint}
          error={fields.sleepAfterMinutes}
        />
        <div>
          <Button look="main" type="submit" busy={save.isPending} whyNot={whyNot('update', app)}>
            {words.save}
          </Button>
        </div>
      </form>
    </Card>
  )
}

import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { client } from '../api/client.ts'
import { formProblem } from '../api/problem.ts'
import { type App, queries } from '../api/queries.ts'
import { whyNot } from '../app/why-not.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { useToasts } from '../components/toast.tsx'
import { usePlannedSave } from '../plan/use-planned-save.tsx'
import { pageWords } from '../words/en/pages.ts'
import { planWords } from '../words/en/plan.ts'
import { settingWords } from '../words/en/settings.ts'

const w = pageWords.settings

/** The name of an app, and when it falls asleep. */
export function GeneralSettings({ app }: { app: App }) {
  const [name, setName] = useState(app.name)
  const [sleep, setSleep] = useState(app.sleepAfterMinutes === null ? '' : String(app.sleepAfterMinutes))
  const toasts = useToasts()
  const settings = { name, sleepAfterMinutes: sleep.trim() === '' ? null : Number(sleep) }
  const isSame = name === app.name && settings.sleepAfterMinutes === app.sleepAfterMinutes
  const save = usePlannedSave(app, {
    change: { settings },
    run: () => client.call('apps.update', { params: { slug: app.slug }, body: settings }),
    onDone: () => toasts.show({ text: w.saved }),
  })
  const { fields, general } = formProblem(save.error, ['name', 'sleepAfterMinutes'], 'settings.')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!isSame) save.review()
  }
  return (
    <Card title={w.general} about={settingWords.general.about}>
      <form onSubmit={submit} noValidate className="grid gap-4">
        <FormError text={general} />
        <TextField
          label={w.name}
          value={name}
          onChange={event => setName(event.target.value)}
          hint={w.nameHint(app.slug)}
          error={fields.name}
        />
        <TextField
          label={w.sleep}
          type="number"
          min={0}
          inputMode="numeric"
          value={sleep}
          onChange={event => setSleep(event.target.value)}
          hint={<SleepHint app={app} />}
          error={fields.sleepAfterMinutes}
        />
        <div>
          <Button
            look="main"
            type="submit"
            busy={save.busy}
            whyNot={whyNot('update', app) ?? (isSame ? w.nothingChanged : undefined)}
          >
            {planWords.review}
          </Button>
        </div>
      </form>
      {save.dialog}
    </Card>
  )
}

/** What counts while nothing is set here. */
function SleepHint({ app: { slug, currentRelease } }: { app: App }) {
  const version = currentRelease?.version ?? 0
  const { data } = useQuery({ ...queries.release(slug, version), enabled: version > 0, throwOnError: false })
  const minutes = data?.settings?.idle.sleepAfterMinutes
  return (
    <>
      {w.sleepHint} {minutes !== undefined && settingWords.general.fromRelease(minutes)}
    </>
  )
}

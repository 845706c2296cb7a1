import { whyMayNot } from '@seaworthy/api/can'
import { type FormEvent, useState } from 'react'
import { client } from '../api/client.ts'
import { formProblem } from '../api/problem.ts'
import type { App } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { Segments } from '../components/segments.tsx'
import { useToasts } from '../components/toast.tsx'
import { trafficWords } from '../words/en/traffic.ts'

const words = trafficWords.purge
type What = keyof typeof words.whats

/** Forgets stored answers now. */
export function PurgeCard({ app }: { app: App }) {
  const [what, setWhat] = useState<What>('all')
  const [path, setPath] = useState('/')
  const toasts = useToasts()
  const purge = useAction({
    run: () =>
      client.call('cache.purge', {
        params: { slug: app.slug },
        body: what === 'all' ? {} : { [what]: path.trim() },
      }),
    quiet: true,
    onDone: ({ purged }) => toasts.show({ text: words.done(purged) }),
  })
  const { fields, general } = formProblem(purge.error, ['path', 'prefix'])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    purge.mutate()
  }
  return (
    <Card title={words.title} about={words.about}>
      <form onSubmit={submit} noValidate className="grid gap-4">
        <FormError text={general} />
        <div>
          <Segments label={words.what} value={what} names={words.whats} onChange={next => setWhat(next)} />
        </div>
        {what !== 'all' && (
          <TextField
            label={words.path}
            value={path}
            error={fields.path ?? fields.prefix}
            autoCapitalize="none"
            spellCheck={false}
            onChange={event => setPath(event.target.value)}
          />
        )}
        <div>
          <Button type="submit" busy={purge.isPending} whyNot={whyMayNot(app, 'cache:purge')}>
            {words.action}
          </Button>
        </div>
      </form>
    </Card>
  )
}

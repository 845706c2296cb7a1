import { whyMayNot } from '@seaworthy/api/can'
import type { CallOptions } from '@seaworthy/api/client'
import { type FormEvent, useState } from 'react'
import { client } from '../api/client.ts'
import { type FormProblem, formProblem } from '../api/problem.ts'
import type { App } from '../api/queries.ts'
import { sightKeys, type Traffic } from '../api/sight-queries.ts'
import { useAction } from '../api/use-action.ts'
import { Badge } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { type FieldErrors, FormError, TextField } from '../components/field.tsx'
import { useToasts } from '../components/toast.tsx'
import { trafficWords } from '../words/en/traffic.ts'
import { Addresses } from './access-section.tsx'

const words = trafficWords.maintenance

/** Closes the app for work on it, and opens it again. */
export function MaintenanceCard({ app, maintenance }: { app: App; maintenance: Traffic['maintenance'] }) {
  const [message, setMessage] = useState(maintenance?.message ?? '')
  const [holdSeconds, setHold] = useState(String(maintenance?.holdSeconds ?? 0))
  const [allow, setAllow] = useState((maintenance?.allow ?? []).join('\n'))
  const toasts = useToasts()
  const set = useAction({
    run: (body: Body) => client.call('maintenance.set', { params: { slug: app.slug }, body }),
    refresh: [sightKeys.traffic(app.slug)],
    quiet: true,
    onDone: (_, { on }) => toasts.show({ text: on ? words.isOn : words.isOff }),
  })
  const sent = set.variables?.allow ?? []
  const { fields, general } = formProblem(set.error, [
    ...['message', 'holdSeconds', 'allow'],
    ...sent.map((_, index) => `allow.${index}`),
  ])
  const whyNot = whyMayNot(app, 'maintenance:write')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    set.mutate({ on: true, ...facts({ message, holdSeconds, allow }) })
  }
  return (
    <Card
      title={
        <span className="flex items-center gap-2">
          {words.title}
          {maintenance && <Badge tone="warn">{words.isOn}</Badge>}
        </span>
      }
      about={maintenance ? words.aboutClosed : words.aboutOpen}
    >
      <form onSubmit={submit} noValidate className="grid gap-4">
        <FormError text={general} />
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label={words.message}
            hint={words.messageHint}
            error={fields.message}
            value={message}
            maxLength={500}
            onChange={event => setMessage(event.target.value)}
          />
          <TextField
            label={words.hold}
            hint={words.holdHint}
            error={fields.holdSeconds}
            inputMode="numeric"
            value={holdSeconds}
            onChange={event => setHold(event.target.value)}
          />
        </div>
        <Addresses
          label={words.allow}
          hint={words.allowHint}
          error={reasonsOf(fields, sent)}
          value={allow}
          onChange={setAllow}
        />
        <div className="flex flex-wrap gap-2">
          {maintenance && (
            <Button
              look="main"
              busy={set.isPending}
              whyNot={whyNot}
              onClick={() => set.mutate({ on: false })}
            >
              {words.off}
            </Button>
          )}
          <Button type="submit" busy={set.isPending} whyNot={whyNot}>
            {maintenance ? words.change : words.on}
          </Button>
        </div>
      </form>
    </Card>
  )
}

type Body = CallOptions<'maintenance.set'>['body']

/** What is wrong with the list, and with each address in it, which is named. */
function reasonsOf(fields: FormProblem['fields'], sent: readonly string[]): FieldErrors {
  const ofEach = sent.flatMap((address, index) =>
    [fields[`allow.${index}`] ?? []].flat().map(reason => `${address}: ${reason}`),
  )
  const all = [fields.allow ?? [], ofEach].flat()
  return all.length > 0 ? all : undefined
}

interface Typed {
  message: string
  holdSeconds: string
  allow: string
}

function facts({ message, holdSeconds, allow }: Typed) {
  return {
    ...(message.trim() && { message: message.trim() }),
    holdSeconds: Number(holdSeconds),
    allow: allow.split(/[\s,]+/).filter(each => each !== ''),
  }
}

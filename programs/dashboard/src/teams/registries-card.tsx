import { whyMayNot } from '@seaworthy/api/can'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { client } from '../api/client.ts'
import { platformQueries } from '../api/platform-queries.ts'
import { formProblem } from '../api/problem.ts'
import type { Team } from '../api/team-queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { Dialog } from '../components/dialog.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { Time } from '../components/time.tsx'
import { useToasts } from '../components/toast.tsx'
import { inertLine } from '../text/inert.ts'
import { registryWords as w } from '../words/en/registries.ts'
import { words } from '../words/en.ts'

/** Where the team's images come from, and as whom; never the passwords. */
export function RegistriesCard({ team }: { team: Team }) {
  const { data, error } = useQuery({ ...platformQueries.registries(team.slug), throwOnError: false })
  const [adding, setAdding] = useState(false)
  const [removing, setRemoving] = useState<string>()
  const reason = whyMayNot(team, 'registry:write')
  return (
    <Card
      title={w.title}
      about={w.about}
      flush
      actions={
        <Button whyNot={reason} onClick={() => setAdding(true)}>
          {w.add}
        </Button>
      }
    >
      {!data && !error && <RowsSkeleton rows={1} />}
      {error && <p className="px-5 py-4 text-bad">{error.message}</p>}
      {data?.length === 0 && <p className="px-5 py-4 text-soft">{w.none}</p>}
      <ul className="divide-y divide-line">
        {data?.map(({ host, username, updatedAt }) => (
          <li key={host} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 py-3">
            <span className="min-w-0 flex-1 basis-60">
              <code className="font-medium">{inertLine(host)}</code>
              <span className="block text-sm text-soft">
                <bdi>{w.as(inertLine(username))}</bdi>, {w.updated} <Time at={updatedAt} />
              </span>
            </span>
            <Button
              size="small"
              aria-label={`${w.remove} ${host}`}
              whyNot={reason}
              onClick={() => setRemoving(host)}
            >
              {w.remove}
            </Button>
          </li>
        ))}
      </ul>
      {adding && <AddDialog team={team} onClose={() => setAdding(false)} />}
      {removing !== undefined && (
        <RemoveDialog team={team} host={removing} onClose={() => setRemoving(undefined)} />
      )}
    </Card>
  )
}

interface NewSignIn {
  host: string
  username: string
  password: string
}

function AddDialog({ team, onClose }: { team: Team; onClose(): void }) {
  const [isHostMissing, setHostMissing] = useState(false)
  const toasts = useToasts()
  const save = useAction({
    run: ({ host, ...body }: NewSignIn) =>
      client.call('registries.set', { params: { team: team.slug, host }, body }),
    refresh: [platformQueries.registries(team.slug).queryKey],
    quiet: true,
    onDone(_, { host }) {
      onClose()
      toasts.show({ text: w.saved(inertLine(host)) })
    },
  })
  const { fields, general } = formProblem(save.error, ['host', 'username', 'password'], 'params.')
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (name: string) => String(form.get(name))
    const host = text('host').trim()
    // It stands in the address of the request, which would be another one without it.
    setHostMissing(host === '')
    if (host !== '') save.mutate({ host, username: text('username').trim(), password: text('password') })
  }
  return (
    <Dialog open onClose={onClose} title={w.add} about={w.addAbout}>
      <form onSubmit={submit} noValidate className="grid gap-4">
        <FormError text={general} />
        <TextField
          label={w.host}
          name="host"
          hint={w.hostHint}
          error={isHostMissing ? w.hostMissing : fields.host}
          autoFocus
          autoCapitalize="none"
          spellCheck={false}
        />
        <TextField
          label={w.username}
          name="username"
          error={fields.username}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
        />
        <TextField
          label={w.password}
          name="password"
          type="password"
          error={fields.password}
          autoComplete="new-password"
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button look="main" type="submit" busy={save.isPending}>
            {words.save}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function RemoveDialog({ team, host, onClose }: { team: Team; host: string; onClose(): void }) {
  const toasts = useToasts()
  const remove = useAction({
    run: () => client.call('registries.remove', { params: { team: team.slug, host } }),
    refresh: [platformQueries.registries(team.slug).queryKey],
    quiet: true,
    onDone() {
      onClose()
      toasts.show({ text: w.removed(inertLine(host)) })
    },
  })
  return (
    <ConfirmDialog
      title={w.removeTitle(inertLine(host))}
      about={w.removeAbout}
      action={w.remove}
      danger
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    />
  )
}

import { whyMayNot } from '@seaworthy/api/can'
import { useQuery } from '@tanstack/react-query'
import { UserPlus } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { client } from '../api/client.ts'
import { formProblem } from '../api/problem.ts'
import { type App, keys } from '../api/queries.ts'
import { type Grant, teamQueries } from '../api/team-queries.ts'
import { useAction } from '../api/use-action.ts'
import { Badge } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { Dialog } from '../components/dialog.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { Name } from '../components/name.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { useToasts } from '../components/toast.tsx'
import { ROLES } from '../teams/role-choices.ts'
import { RoleField } from '../teams/role-field.tsx'
import { inertLine } from '../text/inert.ts'
import { accessWords } from '../words/en/access.ts'
import { teamWords } from '../words/en/teams.ts'
import { words } from '../words/en.ts'

/** Who has a role on this app alone, without being in its team. */
export function GrantsCard({ app }: { app: App }) {
  const [adding, setAdding] = useState(false)
  const unread = whyMayNot(app, 'grant:read')
  const { data: grants } = useQuery({ ...teamQueries.grants(app.slug), enabled: unread === undefined })
  return (
    <Card
      title={accessWords.grants}
      about={accessWords.grantsAbout}
      flush
      actions={
        <Button
          icon={<UserPlus aria-hidden className="size-4" />}
          whyNot={whyMayNot(app, 'grant:write')}
          onClick={() => setAdding(true)}
        >
          {accessWords.addGrant}
        </Button>
      }
    >
      {unread !== undefined ? (
        <p className="px-5 py-4 text-soft">{unread}</p>
      ) : !grants ? (
        <RowsSkeleton rows={1} />
      ) : grants.length === 0 ? (
        <p className="px-5 py-4 text-soft">{accessWords.noGrants}</p>
      ) : (
        <ul aria-label={accessWords.grants} className="divide-y divide-line">
          {grants.map(grant => (
            <GrantRow key={grant.person.id} app={app} grant={grant} />
          ))}
        </ul>
      )}
      {adding && <AddGrant app={app} onClose={() => setAdding(false)} />}
    </Card>
  )
}

function GrantRow({ app, grant: { person, role } }: { app: App; grant: Grant }) {
  const toasts = useToasts()
  const remove = useAction({
    run: () => client.call('grants.remove', { params: { slug: app.slug, person: person.id } }),
    refresh: [keys.app(app.slug)],
    onDone: () => toasts.show({ text: accessWords.takenBack(inertLine(person.name)) }),
  })
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 py-3">
      <span className="min-w-0 flex-1 basis-56">
        <Name className="block truncate font-medium">{person.name}</Name>
        <Name className="block truncate text-sm text-soft">{person.email}</Name>
      </span>
      <Badge>{teamWords.roles[role]}</Badge>
      <Button
        size="small"
        aria-label={accessWords.takeBackOf(inertLine(person.name))}
        whyNot={whyMayNot(app, 'grant:write')}
        busy={remove.isPending}
        onClick={() => remove.mutate()}
      >
        {accessWords.takeBack}
      </Button>
    </li>
  )
}

/** On a single app there is nothing to own. */
const CHOICES = ROLES.filter(role => role !== 'owner').map(role => ({ role, whyNot: undefined }))

function AddGrant({ app, onClose }: { app: App; onClose(): void }) {
  const [role, setRole] = useState<Grant['role']>('viewer')
  const [isNobody, setNobody] = useState(false)
  const toasts = useToasts()
  const add = useAction({
    run: (person: string) =>
      client.call('grants.set', { params: { slug: app.slug, person }, body: { role } }),
    refresh: [keys.app(app.slug)],
    quiet: true,
    onDone({ person }) {
      onClose()
      toasts.show({ text: accessWords.granted(inertLine(person.name)) })
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const person = String(new FormData(event.currentTarget).get('person')).trim()
    setNobody(person === '')
    if (person !== '') add.mutate(person)
  }
  return (
    <Dialog open onClose={onClose} title={accessWords.addGrantTitle}>
      <form onSubmit={submit} noValidate className="grid gap-4">
        <FormError text={formProblem(add.error, []).general} />
        <TextField
          label={accessWords.person}
          hint={accessWords.personHint}
          error={isNobody ? accessWords.personMissing : undefined}
          name="person"
          type="email"
          autoComplete="off"
          autoFocus
        />
        <RoleField choices={CHOICES} value={role} onChange={next => setRole(next as Grant['role'])} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button look="main" type="submit" busy={add.isPending}>
            {accessWords.addGrant}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

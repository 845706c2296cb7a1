import { may, whyMayNot } from '@seaworthy/api/can'
import { useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, Suspense, useState } from 'react'
import { client } from '../api/client.ts'
import { formProblem } from '../api/problem.ts'
import { type App, keys } from '../api/queries.ts'
import { teamKeys, teamQueries } from '../api/team-queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { Field, Select, TextField } from '../components/field.tsx'
import { Name } from '../components/name.tsx'
import { useToasts } from '../components/toast.tsx'
import { inertLine } from '../text/inert.ts'
import { accessWords } from '../words/en/access.ts'
import { words } from '../words/en.ts'

/** Whose app it is, and which of the team's shared variables it gets. */
export function AppTeamSettings({ app }: { app: App }) {
  const [handingOver, setHandingOver] = useState(false)
  return (
    <Card title={accessWords.team} about={accessWords.teamAbout}>
      <div className="grid grid-cols-1 gap-5">
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <span className="min-w-0 flex-1">
            <span className="block text-sm font-medium">{accessWords.owner}</span>
            <Link
              to="/teams/$team"
              params={{ team: app.team.slug }}
              className="block truncate text-accent hover:underline"
            >
              <Name>{app.team.name}</Name>
            </Link>
          </span>
          <Button whyNot={whyMayNot(app, 'app:transfer')} onClick={() => setHandingOver(true)}>
            {accessWords.transfer}
          </Button>
        </div>
        <EnvironmentForm key={app.environment} app={app} />
      </div>
      {handingOver && (
        <Suspense fallback={null}>
          <HandOver app={app} onClose={() => setHandingOver(false)} />
        </Suspense>
      )}
    </Card>
  )
}

function EnvironmentForm({ app }: { app: App }) {
  const toasts = useToasts()
  const save = useAction({
    run: (environment: string) =>
      client.call('apps.update', { params: { slug: app.slug }, body: { environment } }),
    refresh: [keys.app(app.slug), keys.apps, teamKeys.team(app.team.slug)],
    quiet: true,
    onDone: () => toasts.show({ text: accessWords.environmentSaved }),
  })
  const { general, fields } = formProblem(save.error, ['environment'])
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    save.mutate(String(new FormData(event.currentTarget).get('environment')).trim())
  }
  return (
    <form onSubmit={submit} noValidate className="grid gap-3">
      <TextField
        label={accessWords.environment}
        name="environment"
        defaultValue={app.environment}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        hint={
          <>
            {accessWords.environmentHint}{' '}
            <Link
              to="/teams/$team/variables"
              params={{ team: app.team.slug }}
              search={{ environment: app.environment }}
              className="text-accent underline"
            >
              {accessWords.toShared}
            </Link>
          </>
        }
        error={fields.environment ?? general}
      />
      <div>
        <Button type="submit" busy={save.isPending} whyNot={whyMayNot(app, 'app:update')}>
          {words.save}
        </Button>
      </div>
    </form>
  )
}

function HandOver({ app, onClose }: { app: App; onClose(): void }) {
  const { data: teams } = useSuspenseQuery(teamQueries.teams())
  const others = teams.filter(team => team.slug !== app.team.slug && may(team, 'app:receive'))
  const [chosen, setChosen] = useState(others[0]?.slug ?? '')
  const toasts = useToasts()
  const transfer = useAction({
    run: () => client.call('apps.transfer', { params: { slug: app.slug }, body: { team: chosen } }),
    refresh: [keys.app(app.slug), keys.apps, teamKeys.teams],
    quiet: true,
    onDone({ name, team }) {
      onClose()
      toasts.show({ text: accessWords.transferred(inertLine(name), inertLine(team.name)) })
    },
  })
  return (
    <ConfirmDialog
      title={accessWords.transferTitle(inertLine(app.name))}
      about={accessWords.transferAbout}
      action={accessWords.transfer}
      whyNot={others.length === 0 ? accessWords.noOtherTeam : undefined}
      busy={transfer.isPending}
      error={transfer.error}
      onConfirm={() => transfer.mutate()}
      onClose={onClose}
    >
      <Field label={accessWords.transferTo}>
        {control => (
          <Select {...control} value={chosen} onChange={event => setChosen(event.target.value)}>
            {others.length === 0 && <option value="">{accessWords.noOtherTeam}</option>}
            {others.map(({ slug, name }) => (
              <option key={slug} value={slug}>
                {inertLine(name)}
              </option>
            ))}
          </Select>
        )}
      </Field>
    </ConfirmDialog>
  )
}

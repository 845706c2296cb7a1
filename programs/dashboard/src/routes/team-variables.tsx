import { useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { type FormEvent, Suspense, useState } from 'react'
import { queries } from '../api/queries.ts'
import { teamQueries } from '../api/team-queries.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { Field, Select, TextField } from '../components/field.tsx'
import { PageSkeleton } from '../components/skeleton.tsx'
import { useCurrentTeam } from '../teams/current-team.ts'
import { SharedVariables } from '../teams/shared-variables.tsx'
import { teamWords } from '../words/en/teams.ts'
import { words } from '../words/en.ts'

const route = getRouteApi('/inside/teams/$team/variables')
const OTHER = ' other'

/** The variables that a team shares with its apps, one environment at a time. */
export function TeamVariables() {
  const team = useCurrentTeam()
  const { environment = 'all' } = route.useSearch()
  const navigate = route.useNavigate()
  const [naming, setNaming] = useState(false)
  const known = useEnvironments(team.slug)
  const go = (next: string) =>
    void navigate({ search: next === 'all' ? {} : { environment: next }, replace: true })
  return (
    <>
      <p className="mb-4 text-soft">{teamWords.variablesAbout}</p>
      <div className="mb-4 max-w-xs">
        <Field label={teamWords.environment}>
          {control => (
            <Select
              {...control}
              value={environment}
              onChange={({ target }) => (target.value === OTHER ? setNaming(true) : go(target.value))}
            >
              <option value="all">{teamWords.allEnvironments}</option>
              {[...new Set([...known, ...(environment === 'all' ? [] : [environment])])].map(name => (
                <option key={name}>{name}</option>
              ))}
              <option value={OTHER}>{teamWords.otherEnvironment}</option>
            </Select>
          )}
        </Field>
      </div>
      <Suspense fallback={<PageSkeleton />}>
        <SharedVariables key={environment} team={team} environment={environment} />
      </Suspense>
      {naming && <OtherEnvironment onChoose={go} onClose={() => setNaming(false)} />}
    </>
  )
}

/** Those of the team's apps, and those that have variables already. */
function useEnvironments(team: string): string[] {
  const { data: shared } = useSuspenseQuery(teamQueries.sharedEnvs(team))
  const { data: apps } = useSuspenseQuery(queries.apps())
  const names = [
    'production',
    ...shared.map(({ environment }) => environment),
    ...apps.filter(app => app.team.slug === team).map(({ environment }) => environment),
  ]
  return [...new Set(names)].filter(name => name !== '' && name !== 'all').sort()
}

function OtherEnvironment({ onChoose, onClose }: { onChoose(name: string): void; onClose(): void }) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    onClose()
    onChoose(String(new FormData(event.currentTarget).get('environment')))
  }
  return (
    <Dialog open onClose={onClose} title={teamWords.otherEnvironment}>
      <form onSubmit={submit} className="grid gap-4">
        <TextField
          label={teamWords.environmentName}
          hint={teamWords.environmentHint}
          name="environment"
          required
          pattern="[a-z][a-z0-9\-]{0,30}"
          autoFocus
          autoComplete="off"
          autoCapitalize="none"
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button look="main" type="submit">
            {teamWords.show}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

import { useSuspenseQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { client } from '../api/client.ts'
import { formProblem } from '../api/problem.ts'
import { queries } from '../api/queries.ts'
import { type MadeToken, teamKeys, teamQueries } from '../api/team-queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { Field, FormError, Select, TextField } from '../components/field.tsx'
import { Name } from '../components/name.tsx'
import { inertLine } from '../text/inert.ts'
import { tokenWords } from '../words/en/tokens.ts'
import { words } from '../words/en.ts'
import { ExpiryField } from './expiry-field.tsx'
import { type Scope, ScopeField } from './scope-field.tsx'

interface CreateTokenProps {
  onMade(made: MadeToken): void
  onClose(): void
}

export function CreateToken({ onMade, onClose }: CreateTokenProps) {
  const [scope, setScope] = useState<Scope>('deploy')
  const [team, setTeam] = useState('')
  const [apps, setApps] = useState<readonly string[]>([])
  const { data: teams } = useSuspenseQuery(teamQueries.teams())
  const create = useAction({
    run: ({ name, expiry }: { name: string; expiry: string }) =>
      client.call('tokens.create', {
        body: {
          name,
          scopes: [scope],
          expiresInDays: expiry === 'never' ? 'never' : Number(expiry),
          ...(team !== '' && { team }),
          ...(apps.length > 0 && { apps: [...apps] }),
        },
      }),
    refresh: [teamKeys.tokens],
    quiet: true,
    onDone: onMade,
  })
  const { general, fields } = formProblem(create.error, ['name', 'apps'])
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    create.mutate({ name: String(form.get('name')), expiry: String(form.get('expiry')) })
  }
  return (
    <Dialog open onClose={onClose} title={tokenWords.create} about={tokenWords.about}>
      <form onSubmit={submit} noValidate className="grid gap-4">
        <FormError text={general} />
        <TextField
          label={tokenWords.name}
          hint={tokenWords.nameHint}
          name="name"
          maxLength={100}
          autoFocus
          autoComplete="off"
          error={fields.name}
        />
        <ScopeField value={scope} onChange={setScope} />
        <Field label={tokenWords.team}>
          {control => (
            <Select
              {...control}
              value={team}
              onChange={event => {
                setTeam(event.target.value)
                setApps([])
              }}
            >
              <option value="">{tokenWords.anyTeam}</option>
              {teams.map(({ slug, name }) => (
                <option key={slug} value={slug}>
                  {inertLine(name)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <AppsField team={team} chosen={apps} error={fields.apps && String(fields.apps)} onChange={setApps} />
        <ExpiryField />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button look="main" type="submit" busy={create.isPending}>
            {tokenWords.submit}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

interface AppsFieldProps {
  /** Empty: of every team. */
  team: string
  chosen: readonly string[]
  error: string | undefined
  onChange(chosen: string[]): void
}

function AppsField({ team, chosen, error, onChange }: AppsFieldProps) {
  const { data } = useSuspenseQuery(queries.apps())
  const apps = data.filter(app => team === '' || app.team.slug === team)
  if (apps.length === 0) return null
  return (
    <fieldset>
      <legend className="mb-1.5 text-sm font-medium">{tokenWords.apps}</legend>
      <div className="grid max-h-36 gap-1.5 overflow-y-auto rounded-md border border-line px-3 py-2">
        {apps.map(({ slug, name }) => (
          <label key={slug} className="flex items-center gap-2.5">
            <input
              type="checkbox"
              checked={chosen.includes(slug)}
              onChange={({ target }) =>
                onChange(target.checked ? [...chosen, slug] : chosen.filter(each => each !== slug))
              }
              className="size-4 shrink-0 accent-accent"
            />
            <Name className="truncate">{name}</Name>
            <span className="text-sm text-soft">{slug}</span>
          </label>
        ))}
      </div>
      {error && <p className="mt-1.5 text-sm text-bad">{error}</p>}
      <p className="mt-1.5 text-sm text-soft">{tokenWords.appsHint}</p>
    </fieldset>
  )
}

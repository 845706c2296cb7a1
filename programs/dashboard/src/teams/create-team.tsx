import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { client } from '../api/client.ts'
import { formProblem } from '../api/problem.ts'
import { keys } from '../api/queries.ts'
import { teamKeys } from '../api/team-queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { useToasts } from '../components/toast.tsx'
import { inertLine } from '../text/inert.ts'
import { teamWords } from '../words/en/teams.ts'
import { words } from '../words/en.ts'
import { slugOf } from './slug-of.ts'

/** The slug follows the name until somebody types another. */
export function CreateTeam({ onClose }: { onClose(): void }) {
  const [name, setName] = useState('')
  const [typedSlug, setSlug] = useState<string>()
  const slug = typedSlug ?? slugOf(name)
  const navigate = useNavigate()
  const toasts = useToasts()
  const create = useAction({
    run: () => client.call('teams.create', { body: { slug, ...(name.trim() && { name }) } }),
    refresh: [teamKeys.teams, keys.account],
    quiet: true,
    onDone(team) {
      toasts.show({ text: teamWords.created(inertLine(team.name)) })
      void navigate({ to: '/teams/$team', params: { team: team.slug } })
    },
  })
  const { general, fields } = formProblem(create.error, ['name', 'slug'])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate()
  }
  return (
    <Dialog open onClose={onClose} title={teamWords.create} about={teamWords.createAbout}>
      <form onSubmit={submit} noValidate className="grid gap-4">
        <FormError text={general} />
        <TextField
          label={teamWords.name}
          hint={teamWords.nameHint}
          value={name}
          maxLength={100}
          autoFocus
          autoComplete="off"
          error={fields.name}
          onChange={event => setName(event.target.value)}
        />
        <TextField
          label={teamWords.slug}
          hint={teamWords.slugHint}
          value={slug}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          error={fields.slug}
          onChange={event => setSlug(event.target.value)}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button look="main" type="submit" busy={create.isPending}>
            {teamWords.create}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

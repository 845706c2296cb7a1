import { whyMayNot } from '@seaworthy/api/can'
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { client } from '../api/client.ts'
import { formProblem } from '../api/problem.ts'
import { keys } from '../api/queries.ts'
import { type Team, teamKeys, teamQueries } from '../api/team-queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { useToasts } from '../components/toast.tsx'
import { useCurrentTeam } from '../teams/current-team.ts'
import { RegistriesCard } from '../teams/registries-card.tsx'
import { inertLine } from '../text/inert.ts'
import { teamWords } from '../words/en/teams.ts'
import { words } from '../words/en.ts'

export function TeamSettings() {
  const team = useCurrentTeam()
  return (
    <div className="grid max-w-3xl gap-6">
      <GeneralCard key={`${team.slug} ${team.name}`} team={team} />
      <RegistriesCard team={team} />
      <LeaveCard team={team} />
      <DeleteCard team={team} />
    </div>
  )
}

function GeneralCard({ team }: { team: Team }) {
  const toasts = useToasts()
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const save = useAction({
    run: (body: { name: string; slug: string }) =>
      client.call('teams.update', { params: { team: team.slug }, body }),
    refresh: [keys.apps],
    quiet: true,
    async onDone(saved) {
      toasts.show({ text: teamWords.saved })
      await navigate({ to: '/teams/$team/settings', params: { team: saved.slug }, replace: true })
      await queryClient.invalidateQueries({ queryKey: teamKeys.teams })
    },
  })
  const { general, fields } = formProblem(save.error, ['name', 'slug'])
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    save.mutate({ name: String(form.get('name')), slug: String(form.get('slug')) })
  }
  return (
    <Card title={teamWords.general}>
      <form onSubmit={submit} noValidate className="grid gap-4">
        <FormError text={general} />
        <TextField label={teamWords.name} name="name" defaultValue={team.name} error={fields.name} />
        <TextField
          label={teamWords.slug}
          hint={teamWords.slugHint}
          name="slug"
          defaultValue={team.slug}
          autoCapitalize="none"
          spellCheck={false}
          error={fields.slug}
        />
        <div>
          <Button look="main" type="submit" busy={save.isPending} whyNot={whyMayNot(team, 'team:update')}>
            {words.save}
          </Button>
        </div>
      </form>
    </Card>
  )
}

function LeaveCard({ team }: { team: Team }) {
  const { data: members } = useSuspenseQuery(teamQueries.members(team.slug))
  const [asking, setAsking] = useState(false)
  const leave = useGoodbye({
    team,
    run: () => client.call('teams.leave', { params: { team: team.slug } }),
    text: teamWords.left(inertLine(team.name)),
  })
  const owners = members.filter(({ role }) => role === 'owner').length
  const isLastOwner = team.role === 'owner' && owners === 1
  return (
    <Card
      title={teamWords.leave}
      about={teamWords.leaveAbout}
      actions={
        <Button whyNot={whyNotLeave(team, isLastOwner)} onClick={() => setAsking(true)}>
          {teamWords.leave}
        </Button>
      }
    >
      {asking && (
        <ConfirmDialog
          danger
          title={teamWords.leaveTitle(inertLine(team.name))}
          about={teamWords.leaveAbout}
          action={teamWords.leave}
          busy={leave.isPending}
          error={leave.error}
          onConfirm={() => leave.mutate()}
          onClose={() => setAsking(false)}
        />
      )}
    </Card>
  )
}

function whyNotLeave(team: Team, isLastOwner: boolean): string | undefined {
  if (team.role === null) return teamWords.notIn
  return isLastOwner ? teamWords.roleRules.lastOwner : undefined
}

function DeleteCard({ team }: { team: Team }) {
  const [asking, setAsking] = useState(false)
  const remove = useGoodbye({
    team,
    run: () => client.call('teams.delete', { params: { team: team.slug }, body: { confirm: team.slug } }),
    text: teamWords.deleted(inertLine(team.name)),
  })
  return (
    <Card
      tone="danger"
      title={teamWords.delete}
      about={teamWords.deleteAbout}
      actions={
        <Button look="danger" whyNot={whyMayNot(team, 'team:delete')} onClick={() => setAsking(true)}>
          {teamWords.delete}
        </Button>
      }
    >
      {asking && (
        <ConfirmDialog
          danger
          title={teamWords.deleteTitle(inertLine(team.name))}
          about={teamWords.deleteAbout}
          action={teamWords.delete}
          typed={team.slug}
          busy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate()}
          onClose={() => setAsking(false)}
        />
      )}
    </Card>
  )
}

/** Goes to the list of teams first, so that nothing asks for a team that is not there any more. */
function useGoodbye({ team, run, text }: { team: Team; run(): Promise<unknown>; text: string }) {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const toasts = useToasts()
  return useAction({
    run,
    refresh: [keys.apps, keys.account],
    quiet: true,
    async onDone() {
      toasts.show({ text })
      await navigate({ to: '/teams' })
      queryClient.removeQueries({ queryKey: teamKeys.team(team.slug) })
      await queryClient.invalidateQueries({ queryKey: teamKeys.teams })
    },
  })
}

import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { client } from '../api/client.ts'
import { formProblem } from '../api/problem.ts'
import { queries } from '../api/queries.ts'
import { type Role, type Team, teamKeys } from '../api/team-queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { CopyField } from '../components/copy-field.tsx'
import { Dialog } from '../components/dialog.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { Panels } from '../components/panels.tsx'
import { useToasts } from '../components/toast.tsx'
import { teamWords } from '../words/en/teams.ts'
import { words } from '../words/en.ts'
import { roleChoices } from './role-choices.ts'
import { RoleField } from './role-field.tsx'

/** By mail, or by a link, which is shown this once. */
export function InviteDialog({ team, onClose }: { team: Team; onClose(): void }) {
  const [url, setUrl] = useState<string>()
  if (url !== undefined) return <LinkDialog url={url} onClose={onClose} />
  return (
    <Dialog open onClose={onClose} title={teamWords.inviteTitle}>
      <Panels
        label={teamWords.inviteHow}
        panels={[
          {
            id: 'link',
            label: teamWords.byLink,
            content: <InviteForm key="link" team={team} onLink={setUrl} onClose={onClose} />,
          },
          {
            id: 'mail',
            label: teamWords.byMail,
            content: <InviteForm key="mail" byMail team={team} onLink={setUrl} onClose={onClose} />,
          },
        ]}
      />
    </Dialog>
  )
}

interface InviteFormProps {
  team: Team
  byMail?: boolean
  onLink(url: string): void
  onClose(): void
}

function InviteForm({ team, byMail = false, onLink, onClose }: InviteFormProps) {
  const [role, setRole] = useState<Role>('developer')
  const toasts = useToasts()
  const invite = useAction({
    run: (email: string | undefined) =>
      client.call('invitations.create', {
        params: { team: team.slug },
        body: { role, ...(email !== undefined && { email }) },
      }),
    refresh: [teamKeys.team(team.slug)],
    quiet: true,
    onDone({ url }, email) {
      if (url !== null) return onLink(url)
      onClose()
      toasts.show({ text: teamWords.mailed(email ?? '') })
    },
  })
  const { general, fields } = formProblem(invite.error, ['email'])
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const email = new FormData(event.currentTarget).get('email')
    invite.mutate(byMail ? String(email).trim() : undefined)
  }
  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      <FormError text={general} />
      {byMail ? (
        <TextField
          label={teamWords.email}
          hint={<MailHint />}
          name="email"
          type="email"
          autoComplete="off"
          autoFocus
          error={fields.email}
        />
      ) : (
        <p className="text-soft">{teamWords.linkAbout}</p>
      )}
      <RoleField choices={roleChoices(team)} value={role} onChange={setRole} />
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{words.cancel}</Button>
        <Button look="main" type="submit" busy={invite.isPending}>
          {byMail ? teamWords.sendMail : teamWords.makeLink}
        </Button>
      </div>
    </form>
  )
}

/** A mail that only reaches a file reaches nobody. */
function MailHint() {
  const { data: status } = useQuery({ ...queries.status(), throwOnError: false })
  if (status?.mail.kind !== 'file') return teamWords.emailHint
  return <span className="text-warn">{teamWords.mailMissing}</span>
}

function LinkDialog({ url, onClose }: { url: string; onClose(): void }) {
  return (
    <Dialog
      open
      onClose={onClose}
      title={teamWords.linkReady}
      about={teamWords.linkOnce}
      actions={
        <Button look="main" onClick={onClose}>
          {words.close}
        </Button>
      }
    >
      <CopyField text={url} label={teamWords.link} />
    </Dialog>
  )
}

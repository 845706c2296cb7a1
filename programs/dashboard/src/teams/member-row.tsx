import { ChevronDown, UserMinus } from 'lucide-react'
import { useState } from 'react'
import { client } from '../api/client.ts'
import { keys } from '../api/queries.ts'
import { type Member, type Role, type Team, teamKeys, teamQueries } from '../api/team-queries.ts'
import { useAction } from '../api/use-action.ts'
import { Badge } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { Menu, MenuItem } from '../components/menu.tsx'
import { Name } from '../components/name.tsx'
import { Time } from '../components/time.tsx'
import { useToasts } from '../components/toast.tsx'
import { inertLine } from '../text/inert.ts'
import { teamWords } from '../words/en/teams.ts'
import { roleChoices, whyNotTouch } from './role-choices.ts'

interface MemberRowProps {
  team: Team
  member: Member
  owners: number
  isSelf: boolean
}

export function MemberRow({ team, member, owners, isSelf }: MemberRowProps) {
  const { person, suspended, since } = member
  const [removing, setRemoving] = useState(false)
  const toasts = useToasts()
  const name = inertLine(person.name)
  const change = useAction({
    run: (next: Role) =>
      client.call('members.update', { params: { team: team.slug, person: person.id }, body: { role: next } }),
    refresh: [teamKeys.teams, keys.apps],
    expect: role => [
      {
        queryKey: teamQueries.members(team.slug).queryKey,
        change: (members: Member[]) =>
          members.map(each => (each.person.id === person.id ? { ...each, role } : each)),
      },
    ],
    onDone: ({ role: given }) => toasts.show({ text: teamWords.roleChanged(name, teamWords.roles[given]) }),
  })
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 py-3">
      <div className="min-w-0 flex-1 basis-56">
        <span className="flex flex-wrap items-center gap-2">
          <Name className="max-w-full truncate font-medium">{person.name}</Name>
          {isSelf && <span className="text-sm text-soft">({teamWords.you})</span>}
          {suspended && <Badge tone="warn">{teamWords.suspended}</Badge>}
        </span>
        <Name className="block truncate text-sm text-soft">{person.email}</Name>
      </div>
      <span className="w-32 text-sm text-soft max-sm:hidden">
        {teamWords.since} <Time at={since} />
      </span>
      <div className="flex items-center gap-1 sm:w-44 sm:justify-end">
        <RoleMenu
          team={team}
          member={member}
          owners={owners}
          busy={change.isPending}
          onChoose={next => change.mutate(next)}
        />
        <Button
          size="small"
          look="quiet"
          aria-label={`${teamWords.remove}: ${name}`}
          icon={<UserMinus aria-hidden className="size-4" />}
          whyNot={whyNotTouch('member:remove', team, member, owners)}
          onClick={() => setRemoving(true)}
        />
      </div>
      {removing && <RemoveMember team={team} member={member} onClose={() => setRemoving(false)} />}
    </li>
  )
}

interface RoleMenuProps extends Omit<MemberRowProps, 'isSelf'> {
  busy: boolean
  onChoose(role: Role): void
}

/** Where it cannot be changed, the role is a button that says why. */
function RoleMenu({ team, member, owners, busy, onChoose }: RoleMenuProps) {
  const whyNot = whyNotTouch('member:update', team, member, owners)
  const button = (
    <Button
      size="small"
      busy={busy}
      whyNot={whyNot}
      aria-label={`${teamWords.roleOf(inertLine(member.person.name))}: ${teamWords.roles[member.role]}`}
    >
      {teamWords.roles[member.role]}
      <ChevronDown aria-hidden className="size-3.5" />
    </Button>
  )
  if (whyNot !== undefined) return button
  return (
    <Menu trigger={button}>
      {roleChoices(team, member.role).map(choice => (
        <MenuItem key={choice.role} whyNot={choice.whyNot} onSelect={() => onChoose(choice.role)}>
          <span className="font-medium">{teamWords.roles[choice.role]}</span>
          {choice.whyNot === undefined && (
            <span className="block text-sm text-soft">{teamWords.rolesAbout[choice.role]}</span>
          )}
        </MenuItem>
      ))}
    </Menu>
  )
}

function RemoveMember({
  team,
  member: { person },
  onClose,
}: {
  team: Team
  member: Member
  onClose(): void
}) {
  const toasts = useToasts()
  const name = inertLine(person.name)
  const remove = useAction({
    run: () => client.call('members.remove', { params: { team: team.slug, person: person.id } }),
    refresh: [teamKeys.teams, keys.apps],
    onDone() {
      onClose()
      toasts.show({ text: teamWords.removed(name) })
    },
  })
  return (
    <ConfirmDialog
      danger
      title={teamWords.removeTitle(name)}
      about={teamWords.removeAbout}
      action={teamWords.remove}
      busy={remove.isPending}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    />
  )
}

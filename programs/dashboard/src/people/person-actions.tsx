import { type ReactNode, useState } from 'react'
import { client } from '../api/client.ts'
import { keys } from '../api/queries.ts'
import { type Person, teamKeys } from '../api/team-queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { useToasts } from '../components/toast.tsx'
import { inertLine } from '../text/inert.ts'
import { peopleWords } from '../words/en/people.ts'

/** What an administrator can change about somebody else. */
export function PersonActions({ person, isSelf }: { person: Person; isSelf: boolean }) {
  const params = { person: person.id }
  const name = inertLine(person.name)
  const isAdmin = person.platformRole === 'admin'
  const isSuspended = person.suspendedAt !== null
  const whyNot = isSelf ? peopleWords.you : undefined
  const w = peopleWords
  return (
    <Card title={w.administer} about={w.administerAbout} flush>
      <ul className="divide-y divide-line">
        <Deed
          label={isAdmin ? w.makeMember : w.makeAdmin}
          title={isAdmin ? w.makeMemberTitle(name) : w.makeAdminTitle(name)}
          about={isAdmin ? w.makeMemberAbout : w.administerAbout}
          danger={isAdmin}
          whyNot={whyNot}
          done={w.changed(name)}
          run={() =>
            client.call('people.update', { params, body: { platformRole: isAdmin ? 'member' : 'admin' } })
          }
        />
        <Deed
          label={isSuspended ? w.readmit : w.suspend}
          title={isSuspended ? w.readmitTitle(name) : w.suspendTitle(name)}
          about={isSuspended ? w.readmitAbout : w.suspendAbout}
          danger={!isSuspended}
          whyNot={whyNot}
          done={w.changed(name)}
          run={() => client.call('people.update', { params, body: { suspended: !isSuspended } })}
        />
        <Deed
          label={w.resetFactor}
          title={w.resetFactorTitle(name)}
          about={w.resetFactorAbout}
          danger
          whyNot={whyNot ?? (person.twoFactor ? undefined : w.noFactor)}
          done={w.changed(name)}
          run={() => client.call('factor.reset', { params })}
        />
      </ul>
    </Card>
  )
}

interface DeedProps {
  label: string
  title: string
  about: ReactNode
  danger: boolean
  whyNot: string | undefined
  /** What is said afterwards. */
  done: string
  run(): Promise<unknown>
}

function Deed({ label, title, about, danger, whyNot, done, run }: DeedProps) {
  const [asking, setAsking] = useState(false)
  const toasts = useToasts()
  const act = useAction({
    run,
    refresh: [teamKeys.people, teamKeys.teams, keys.account],
    quiet: true,
    onDone() {
      setAsking(false)
      toasts.show({ text: done })
    },
  })
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 py-3">
      <div className="min-w-0 flex-1 basis-60">
        <p className="font-medium">{label}</p>
        <p className="text-sm text-soft">{about}</p>
      </div>
      <Button size="small" whyNot={whyNot} onClick={() => setAsking(true)}>
        {label}
      </Button>
      {asking && (
        <ConfirmDialog
          danger={danger}
          title={title}
          about={about}
          action={label}
          busy={act.isPending}
          error={act.error}
          onConfirm={() => act.mutate()}
          onClose={() => setAsking(false)}
        />
      )}
    </li>
  )
}

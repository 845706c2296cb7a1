import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { client, type DataOf } from '../api/client.ts'
import { type Person, teamKeys } from '../api/team-queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { CopyField } from '../components/copy-field.tsx'
import { Dialog } from '../components/dialog.tsx'
import { inertLine } from '../text/inert.ts'
import { peopleWords } from '../words/en/people.ts'
import { words } from '../words/en.ts'

/** The last step shows the code of the receipt, which nobody is shown again. */
export function DeletePerson({ person, isSelf }: { person: Person; isSelf: boolean }) {
  const [asking, setAsking] = useState(false)
  const [started, setStarted] = useState<DataOf<'people.delete'>>()
  const remove = useAction({
    run: () =>
      client.call('people.delete', { params: { person: person.id }, body: { confirm: person.email } }),
    quiet: true,
    onDone(answer) {
      setAsking(false)
      setStarted(answer)
    },
  })
  return (
    <Card
      tone="danger"
      title={peopleWords.delete}
      about={peopleWords.deleteAbout}
      actions={
        <Button look="danger" whyNot={isSelf ? peopleWords.you : undefined} onClick={() => setAsking(true)}>
          {peopleWords.delete}
        </Button>
      }
    >
      {asking && (
        <ConfirmDialog
          danger
          title={peopleWords.deleteTitle(inertLine(person.name))}
          about={peopleWords.deleteAbout}
          action={peopleWords.delete}
          typed={person.email}
          busy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate()}
          onClose={() => setAsking(false)}
        />
      )}
      {started && <Started {...started} />}
    </Card>
  )
}

function Started({ code, teamsDeleted }: DataOf<'people.delete'>) {
  const navigate = useNavigate()
  const leave = useAction({
    run: async () => navigate({ to: '/people' }),
    refresh: [[...teamKeys.people, 'list']],
  })
  return (
    <Dialog
      open
      title={peopleWords.deleting}
      about={peopleWords.deletingAbout}
      actions={
        <Button look="main" onClick={() => leave.mutate()}>
          {words.close}
        </Button>
      }
    >
      <div className="grid gap-4">
        <CopyField text={code} label={peopleWords.deleteCode} />
        {teamsDeleted.length > 0 && (
          <p>
            {peopleWords.teamsDeleted}: {teamsDeleted.join(', ')}
          </p>
        )}
      </div>
    </Dialog>
  )
}

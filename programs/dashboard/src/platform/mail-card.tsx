import { type FormEvent, useState } from 'react'
import { usePlatformAdmin } from '../access/use-platform-admin.ts'
import { client, type DataOf } from '../api/client.ts'
import { formProblem } from '../api/problem.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Card, Facts } from '../components/card.tsx'
import { Dialog } from '../components/dialog.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { useToasts } from '../components/toast.tsx'
import { inertLine } from '../text/inert.ts'
import { upkeepWords } from '../words/en/upkeep.ts'
import { words } from '../words/en.ts'

const w = upkeepWords

/** Where mails go, and a way to try it. */
export function MailCard({ mail }: { mail: DataOf<'status.get'>['mail'] }) {
  const [testing, setTesting] = useState(false)
  const isAdmin = usePlatformAdmin()
  return (
    <Card
      title={w.mail}
      about={w.mailAbout}
      actions={isAdmin && <Button onClick={() => setTesting(true)}>{w.testMail}</Button>}
    >
      <Facts
        rows={[
          [w.mail, w.mailKinds[mail.kind]],
          [w.mailTo, <code key="to">{inertLine(mail.to)}</code>],
          ...(mail.from === null ? [] : [[w.mailFrom, inertLine(mail.from)] as const]),
        ]}
      />
      {mail.kind === 'file' && (
        <p className="mt-4 rounded-md bg-warn-soft px-3 py-2 text-sm text-warn">{w.mailFile}</p>
      )}
      {testing && <TestMail onClose={() => setTesting(false)} />}
    </Card>
  )
}

function TestMail({ onClose }: { onClose(): void }) {
  const toasts = useToasts()
  const send = useAction({
    run: (to: string) => client.call('mail.test', { body: { to } }),
    quiet: true,
    onDone({ kind }, to) {
      onClose()
      toasts.show({ text: kind === 'smtp' ? w.testMailSent(inertLine(to)) : w.testMailFile })
    },
  })
  const { fields, general } = formProblem(send.error, ['to'])
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    send.mutate(String(new FormData(event.currentTarget).get('to')).trim())
  }
  return (
    <Dialog open onClose={onClose} title={w.testMail}>
      <form onSubmit={submit} noValidate className="grid gap-4">
        <FormError text={general} />
        <TextField
          label={w.testMailTo}
          name="to"
          type="email"
          error={fields.to}
          autoFocus
          autoComplete="email"
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button look="main" type="submit" busy={send.isPending}>
            {w.testMail}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { client } from '../api/client.ts'
import { type App, keys } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { whyNot } from '../app/why-not.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { Dialog } from '../components/dialog.tsx'
import { TextField } from '../components/field.tsx'
import { useToasts } from '../components/toast.tsx'
import { pageWords } from '../words/en/pages.ts'
import { words } from '../words/en.ts'

export function DangerZone({ app }: { app: App }) {
  const [asking, setAsking] = useState(false)
  return (
    <Card
      tone="danger"
      title={pageWords.settings.delete}
      about={pageWords.settings.deleteAbout}
      actions={
        <Button look="danger" whyNot={whyNot('delete', app)} onClick={() => setAsking(true)}>
          {pageWords.settings.delete}
        </Button>
      }
    >
      {asking && <DeleteDialog app={app} onClose={() => setAsking(false)} />}
    </Card>
  )
}

function DeleteDialog({ app: { slug, name }, onClose }: { app: App; onClose(): void }) {
  const [typed, setTyped] = useState('')
  const navigate = useNavigate()
  const toasts = useToasts()
  const remove = useAction({
    run: () => client.call('apps.delete', { params: { slug }, body: { confirm: typed } }),
    refresh: [keys.apps, ['trash']],
    onDone() {
      void navigate({ to: '/' })
      toasts.show({ text: pageWords.settings.deleted(name) })
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={pageWords.settings.deleteTitle(name)}
      about={pageWords.settings.deleteAbout}
      actions={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button
            look="danger"
            busy={remove.isPending}
            whyNot={typed === slug ? undefined : pageWords.settings.typeFirst(slug)}
            onClick={() => remove.mutate()}
          >
            {pageWords.settings.delete}
          </Button>
        </>
      }
    >
      <TextField
        label={pageWords.settings.typeFirst(slug)}
        value={typed}
        autoComplete="off"
        spellCheck={false}
        onChange={event => setTyped(event.target.value)}
      />
    </Dialog>
  )
}

import { whyMayNot } from '@seaworthy/api/can'
import { useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { client } from '../api/client.ts'
import { patiently } from '../api/patiently.ts'
import { type App, keys } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { whyNot } from '../app/why-not.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { Dialog } from '../components/dialog.tsx'
import { TextField } from '../components/field.tsx'
import { useToasts } from '../components/toast.tsx'
import { inertLine } from '../text/inert.ts'
import { copyWords } from '../words/en/app-jobs.ts'
import { pageWords } from '../words/en/pages.ts'
import { words } from '../words/en.ts'

const CloneDialog = lazy(patiently(() => import('./clone-dialog.tsx')))
const ExportDialog = lazy(patiently(() => import('./export-dialog.tsx')))

/** What concerns the app as a whole: stop and start, clone, export, trash. */
export function DangerZone({ app }: { app: App }) {
  const [asking, setAsking] = useState<'stop' | 'clone' | 'export' | 'delete'>()
  const close = () => setAsking(undefined)
  return (
    <>
      <Power app={app} onStop={() => setAsking('stop')} />
      <Card
        title={copyWords.clone}
        about={copyWords.cloneAbout}
        actions={
          <Button whyNot={whyMayNot(app, 'app:clone')} onClick={() => setAsking('clone')}>
            {copyWords.cloneAction}
          </Button>
        }
      />
      <Card
        title={copyWords.export}
        about={copyWords.exportAbout}
        actions={
          <Button whyNot={whyMayNot(app, 'app:export')} onClick={() => setAsking('export')}>
            {copyWords.exportAction}
          </Button>
        }
      />
      <Card
        tone="danger"
        title={pageWords.settings.delete}
        about={pageWords.settings.deleteAbout}
        actions={
          <Button look="danger" whyNot={whyNot('delete', app)} onClick={() => setAsking('delete')}>
            {pageWords.settings.delete}
          </Button>
        }
      />
      <Suspense fallback={null}>
        {asking === 'clone' && <CloneDialog app={app} onClose={close} />}
        {asking === 'export' && <ExportDialog app={app} onClose={close} />}
      </Suspense>
      {asking === 'stop' && <StopDialog app={app} onClose={close} />}
      {asking === 'delete' && <DeleteDialog app={app} onClose={close} />}
    </>
  )
}

/** A stopped app is started at once; a running one is asked about first, since others will notice. */
function Power({ app, onStop }: { app: App; onStop(): void }) {
  const toasts = useToasts()
  const start = useAction({
    run: () => client.call('apps.start', { params: { slug: app.slug } }),
    refresh: [keys.app(app.slug), keys.apps],
    onDone: () => toasts.show({ text: copyWords.startedToast(inertLine(app.name)) }),
  })
  const isStopped = app.state === 'stopped'
  return (
    <Card
      title={isStopped ? copyWords.stopped : copyWords.power}
      about={isStopped ? copyWords.stoppedAbout : copyWords.powerAbout}
      actions={
        isStopped ? (
          <Button
            look="main"
            busy={start.isPending}
            whyNot={whyNot('start', app)}
            onClick={() => start.mutate()}
          >
            {copyWords.start}
          </Button>
        ) : (
          <Button whyNot={whyNot('stop', app)} onClick={onStop}>
            {copyWords.stop}
          </Button>
        )
      }
    />
  )
}

function StopDialog({ app, onClose }: { app: App; onClose(): void }) {
  const toasts = useToasts()
  const stop = useAction({
    run: () => client.call('apps.stop', { params: { slug: app.slug } }),
    refresh: [keys.app(app.slug), keys.apps],
    quiet: true,
    onDone() {
      onClose()
      toasts.show({ text: copyWords.stoppedToast(inertLine(app.name)) })
    },
  })
  return (
    <ConfirmDialog
      title={copyWords.stopTitle(inertLine(app.name))}
      about={copyWords.powerAbout}
      action={copyWords.stop}
      busy={stop.isPending}
      error={stop.error}
      onConfirm={() => stop.mutate()}
      onClose={onClose}
    />
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
      toasts.show({ text: pageWords.settings.deleted(inertLine(name)) })
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={pageWords.settings.deleteTitle(inertLine(name))}
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

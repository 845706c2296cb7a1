import { whyMayNot } from '@seaworthy/api/can'
import { Link } from '@tanstack/react-router'
import { RotateCcw, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { client } from '../api/client.ts'
import { platformKeys, type TrashedApp } from '../api/platform-queries.ts'
import { keys } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { Name } from '../components/name.tsx'
import { Time } from '../components/time.tsx'
import { useToasts } from '../components/toast.tsx'
import { inertLine } from '../text/inert.ts'
import { platformWords } from '../words/en/platform.ts'

const w = platformWords.trash

/** Deleted apps, each with the way back and the way out. */
export function TrashList({ apps }: { apps: readonly TrashedApp[] }) {
  const [removing, setRemoving] = useState<TrashedApp>()
  const restore = useRestore()
  return (
    <>
      <ul className="divide-y divide-line">
        {apps.map(app => (
          <li key={app.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 py-3">
            <About app={app} />
            <Button
              size="small"
              icon={<RotateCcw aria-hidden className="size-4" />}
              whyNot={whyMayNot(app, 'app:restore')}
              busy={restore.isPending && restore.variables === app.id}
              onClick={() => restore.mutate(app.id)}
            >
              {w.restore}
            </Button>
            <Button
              size="small"
              icon={<Trash2 aria-hidden className="size-4" />}
              whyNot={whyMayNot(app, 'app:purge')}
              onClick={() => setRemoving(app)}
            >
              {w.remove}
            </Button>
          </li>
        ))}
      </ul>
      {removing && <RemoveDialog app={removing} onClose={() => setRemoving(undefined)} />}
    </>
  )
}

function About({ app: { name, slug, team, deletedAt, purgeAt } }: { app: TrashedApp }) {
  return (
    <span className="min-w-0 flex-1 basis-60">
      <Name className="font-medium">{name}</Name>{' '}
      <span className="text-sm text-soft">
        {slug} · <bdi>{inertLine(team.name)}</bdi>
      </span>
      <span className="block text-sm text-soft">
        {w.deleted} <Time at={deletedAt} />
        {purgeAt && (
          <>
            , {w.purged} <Time at={purgeAt} />
          </>
        )}
      </span>
    </span>
  )
}

function useRestore() {
  const toasts = useToasts()
  return useAction({
    run: (id: string) => client.call('trash.restore', { params: { id } }),
    refresh: [platformKeys.trash, keys.apps],
    onDone: ({ name, slug }) =>
      toasts.show({
        text: w.restored(inertLine(name)),
        link: (
          <Link to="/apps/$slug" params={{ slug }} className="font-medium text-accent hover:underline">
            {w.toApp}
          </Link>
        ),
      }),
  })
}

function RemoveDialog({ app, onClose }: { app: TrashedApp; onClose(): void }) {
  const toasts = useToasts()
  const remove = useAction({
    run: () => client.call('trash.empty', { params: { id: app.id } }),
    refresh: [platformKeys.trash, platformKeys.disk],
    quiet: true,
    onDone() {
      onClose()
      toasts.show({ text: w.removing(inertLine(app.name)) })
    },
  })
  return (
    <ConfirmDialog
      title={w.removeTitle(inertLine(app.name))}
      about={w.removeAbout}
      action={w.remove}
      danger
      typed={app.slug}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    />
  )
}

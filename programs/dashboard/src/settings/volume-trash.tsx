import { whyMayNot } from '@seaworthy/api/can'
import { useQuery } from '@tanstack/react-query'
import { RotateCcw, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { client, type DataOf } from '../api/client.ts'
import { platformQueries } from '../api/platform-queries.ts'
import type { App } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { Time } from '../components/time.tsx'
import { useToasts } from '../components/toast.tsx'
import { inertLine } from '../text/inert.ts'
import { fileSize } from '../text/sizes.ts'
import { platformWords } from '../words/en/platform.ts'
import { settingWords } from '../words/en/settings.ts'

const w = settingWords.volumes
type TrashedVolume = DataOf<'volumes.trash'>[number]

/** Volumes that wait to be gone for good, each with the way back. Nothing where there is none. */
export function VolumeTrash({ app }: { app: App }) {
  const { slug } = app
  const { data: trashed = [] } = useQuery({ ...platformQueries.volumeTrash(slug), throwOnError: false })
  const [removing, setRemoving] = useState<TrashedVolume>()
  const restore = useVolumeAction(app, 'volumes.restore', { said: w.restored })
  if (trashed.length === 0) return null
  return (
    <section aria-label={w.trash} className="border-t border-line pt-4">
      <h3 className="mb-2 font-medium">{w.trash}</h3>
      <ul className="grid gap-3">
        {trashed.map(volume => (
          <li key={volume.id} className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <About volume={volume} />
            <Button
              size="small"
              icon={<RotateCcw aria-hidden className="size-4" />}
              whyNot={whyMayNot(app, 'volume:write')}
              busy={restore.isPending && restore.variables?.id === volume.id}
              onClick={() => restore.mutate(volume)}
            >
              {platformWords.trash.restore}
            </Button>
            <Button
              size="small"
              icon={<Trash2 aria-hidden className="size-4" />}
              whyNot={whyMayNot(app, 'volume:purge')}
              onClick={() => setRemoving(volume)}
            >
              {platformWords.trash.remove}
            </Button>
          </li>
        ))}
      </ul>
      {removing && <EmptyDialog app={app} volume={removing} onClose={() => setRemoving(undefined)} />}
    </section>
  )
}

function About({ volume: { name, cause, sizeBytes, deletedAt, purgeAt } }: { volume: TrashedVolume }) {
  return (
    <span className="min-w-0 flex-1 basis-60">
      <span className="font-medium">{inertLine(name)}</span>{' '}
      <span className="text-sm text-soft tabular-nums">{fileSize(sizeBytes)}</span>
      <span className="block text-sm text-soft">
        {w.causes[cause]} <Time at={deletedAt} />, {platformWords.trash.purged} <Time at={purgeAt} />
      </span>
    </span>
  )
}

interface EmptyDialogProps {
  app: App
  volume: TrashedVolume
  onClose(): void
}

function EmptyDialog({ app, volume, onClose }: EmptyDialogProps) {
  const empty = useVolumeAction(app, 'volumes.empty', { said: w.emptied, quiet: true })
  return (
    <ConfirmDialog
      title={platformWords.trash.removeTitle(inertLine(volume.name))}
      about={w.emptyAbout}
      action={platformWords.trash.remove}
      danger
      typed={volume.name}
      busy={empty.isPending}
      error={empty.error}
      onConfirm={() => empty.mutate(volume, { onSuccess: onClose })}
      onClose={onClose}
    />
  )
}

function useVolumeAction(
  { slug }: App,
  endpoint: 'volumes.restore' | 'volumes.empty',
  { said, quiet = false }: { said(name: string): string; quiet?: boolean },
) {
  const toasts = useToasts()
  return useAction<TrashedVolume>({
    run: ({ id }) => client.call(endpoint, { params: { slug, id } }),
    refresh: [platformQueries.volumes(slug).queryKey, platformQueries.volumeTrash(slug).queryKey],
    quiet,
    onDone: (_, { name }) => toasts.show({ text: said(inertLine(name)) }),
  })
}

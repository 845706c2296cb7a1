import { whyMayNot } from '@seaworthy/api/can'
import { useQuery } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { client } from '../api/client.ts'
import { platformQueries, type Volume } from '../api/platform-queries.ts'
import type { App } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { CopyField } from '../components/copy-field.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { useToasts } from '../components/toast.tsx'
import { inertLine } from '../text/inert.ts'
import { fileSize } from '../text/sizes.ts'
import { settingWords } from '../words/en/settings.ts'
import { VolumeTrash } from './volume-trash.tsx'

const w = settingWords.volumes

/** Folders that stay, with what they hold, and those in the trash. */
export function VolumesCard({ app }: { app: App }) {
  const { data: volumes, error } = useQuery({ ...platformQueries.volumes(app.slug), throwOnError: false })
  const [removing, setRemoving] = useState<Volume>()
  return (
    <Card title={w.title} about={w.about}>
      <div className="grid gap-4">
        {error && <p className="text-bad">{error.message}</p>}
        {!volumes && !error && <RowsSkeleton rows={1} />}
        {volumes?.length === 0 && <p className="text-soft">{w.none}</p>}
        <ul className="grid gap-2 empty:hidden">
          {volumes?.map(volume => (
            <VolumeRow key={volume.name} app={app} volume={volume} onRemove={() => setRemoving(volume)} />
          ))}
        </ul>
        <details>
          <summary className="text-sm text-soft hover:text-ink">{w.change}</summary>
          <div className="mt-1.5">
            <CopyField text={'"volumes": { "data": "/data" }'} label={w.line} />
          </div>
        </details>
        <VolumeTrash app={app} />
      </div>
      {removing && <RemoveDialog app={app} name={removing.name} onClose={() => setRemoving(undefined)} />}
    </Card>
  )
}

interface VolumeRowProps {
  app: App
  volume: Volume
  onRemove(): void
}

function VolumeRow({ app, volume: { name, path, sizeBytes }, onRemove }: VolumeRowProps) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <span className="font-medium">{inertLine(name)}</span>
      <span className="min-w-0 flex-1 text-sm text-soft">
        {path === null ? w.unmounted : <code>{inertLine(path)}</code>}
      </span>
      <span className="tabular-nums">{fileSize(sizeBytes)}</span>
      <Button
        size="small"
        look="quiet"
        aria-label={w.removeOf(name)}
        icon={<Trash2 aria-hidden className="size-4" />}
        whyNot={whyMayNot(app, 'volume:write') ?? (path === null ? undefined : w.inUse)}
        onClick={onRemove}
      />
    </li>
  )
}

function RemoveDialog({ app: { slug }, name, onClose }: { app: App; name: string; onClose(): void }) {
  const toasts = useToasts()
  const remove = useAction({
    run: () => client.call('volumes.remove', { params: { slug, volume: name } }),
    refresh: [platformQueries.volumes(slug).queryKey, platformQueries.volumeTrash(slug).queryKey],
    quiet: true,
    onDone() {
      onClose()
      toasts.show({ text: w.removed(inertLine(name)) })
    },
  })
  return (
    <ConfirmDialog
      title={w.removeTitle(inertLine(name))}
      about={w.removeAbout}
      action={w.remove}
      danger
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    />
  )
}

import { useState } from 'react'
import { client } from '../api/client.ts'
import { type App, keys } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { Name } from '../components/name.tsx'
import { bulkWords } from '../words/en/app-jobs.ts'
import { words } from '../words/en.ts'
import { appJobKeys, type BulkAction } from './app-job-queries.ts'
import { TagEditor } from './tag-editor.tsx'

interface BulkDialogProps {
  action: BulkAction
  apps: readonly App[]
  knownTags: readonly string[]
  onClose(): void
  onStarted(): void
}

/** Names the apps and what happens to them, before it happens. */
export function BulkDialog({ action, apps, knownTags, onClose, onStarted }: BulkDialogProps) {
  const [typed, setTyped] = useState('')
  const [addTags, setAddTags] = useState<string[]>([])
  const [removeTags, setRemoveTags] = useState<string[]>([])
  const slugs = apps.map(({ slug }) => slug)
  const start = useAction({
    run: () =>
      client.call('apps.bulk', {
        body: {
          ...{ action, apps: slugs },
          ...(action === 'delete' && { confirm: Number(typed) }),
          ...(action === 'tag' && { addTags, removeTags }),
        },
      }),
    refresh: [appJobKeys.all, keys.apps],
    quiet: true,
    onDone: onStarted,
  })
  const present = [...new Set(apps.flatMap(({ tags }) => tags))].sort()
  return (
    <Dialog
      open
      onClose={onClose}
      title={bulkWords.titles[action](bulkWords.what(apps.length))}
      about={bulkWords.abouts[action]}
      actions={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button
            look={action === 'delete' ? 'danger' : 'main'}
            busy={start.isPending}
            whyNot={whyNotYet(action, {
              typed,
              count: apps.length,
              tags: addTags.length + removeTags.length,
            })}
            onClick={() => start.mutate()}
          >
            {bulkWords.submits[action]}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <FormError text={start.error?.message} />
        <div>
          <p id="bulk-apps" className="mb-1 text-sm font-medium">
            {bulkWords.named}
          </p>
          <ul
            // biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse must be able to scroll it
            tabIndex={0}
            aria-labelledby="bulk-apps"
            className="max-h-40 overflow-y-auto rounded-md border border-line px-3 py-2 text-sm"
          >
            {apps.map(({ slug, name }) => (
              <li key={slug} className="truncate">
                <Name>{name}</Name> {name !== slug && <span className="text-soft">{slug}</span>}
              </li>
            ))}
          </ul>
        </div>
        {action === 'tag' && (
          <>
            <TagEditor label={bulkWords.add} tags={addTags} known={knownTags} onChange={setAddTags} />
            <TagEditor label={bulkWords.remove} tags={removeTags} known={present} onChange={setRemoveTags} />
          </>
        )}
        {action === 'delete' && (
          <TextField
            label={bulkWords.typeCount(apps.length)}
            value={typed}
            inputMode="numeric"
            autoComplete="off"
            onChange={event => setTyped(event.target.value)}
          />
        )}
      </div>
    </Dialog>
  )
}

function whyNotYet(
  action: BulkAction,
  { typed, count, tags }: { typed: string; count: number; tags: number },
): string | undefined {
  if (action === 'delete' && typed.trim() !== String(count)) return bulkWords.typedWrong(count)
  return action === 'tag' && tags === 0 ? bulkWords.tagsMissing : undefined
}

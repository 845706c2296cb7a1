import { useQuery } from '@tanstack/react-query'
import { client } from '../api/client.ts'
import { platformKeys, platformQueries, type Reclaimed } from '../api/platform-queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { FormError } from '../components/field.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { useToasts } from '../components/toast.tsx'
import { inertLine } from '../text/inert.ts'
import { fileSize } from '../text/sizes.ts'
import { platformWords } from '../words/en/platform.ts'
import { words } from '../words/en.ts'

const w = platformWords.disk
const MOST_ITEMS = 20

/** Shows what would go and what never does, and then does it. */
export function ReclaimDialog({ onClose }: { onClose(): void }) {
  const { data: plan, error } = useQuery({ ...platformQueries.reclaim(), throwOnError: false })
  const toasts = useToasts()
  const apply = useAction({
    run: () => client.call('disk.reclaim', { body: { apply: true } }),
    refresh: [platformKeys.disk, ['status']],
    quiet: true,
    onDone(done) {
      onClose()
      toasts.show({ text: freedText(done, plan) })
    },
  })
  const problem = error ?? apply.error
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={w.reclaimTitle}
      about={w.reclaimAbout}
      actions={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button
            look="main"
            busy={apply.isPending}
            whyNot={plan === undefined ? w.looking : plan.items.length === 0 ? w.nothingToApply : undefined}
            onClick={() => apply.mutate()}
          >
            {w.apply(fileSize(plan ? bytesOf(plan) : 0))}
          </Button>
        </>
      }
    >
      <div className="grid gap-5">
        <FormError text={problem?.message} />
        {plan ? <Plan plan={plan} /> : !problem && <RowsSkeleton rows={3} />}
      </div>
    </Dialog>
  )
}

function Plan({ plan }: { plan: Reclaimed }) {
  const { items, never } = plan
  const largest = items.toSorted((one, other) => other.bytes - one.bytes).slice(0, MOST_ITEMS)
  return (
    <>
      {items.length === 0 ? (
        <p>{w.nothing}</p>
      ) : (
        <section aria-label={w.reclaimTitle}>
          <h3 className="mb-1.5 font-medium">{w.goes(items.length, fileSize(bytesOf(plan)))}</h3>
          <ul className="divide-y divide-line rounded-md border border-line">
            {largest.map(({ kind, name, bytes }) => (
              <li key={`${kind} ${name}`} className="flex items-baseline gap-3 px-3 py-2 text-sm">
                <span className="w-20 shrink-0">{w.itemKinds[kind] ?? kind}</span>
                <code className="min-w-0 flex-1 truncate text-soft">{inertLine(name)}</code>
                <span className="whitespace-nowrap tabular-nums">{fileSize(bytes)}</span>
              </li>
            ))}
          </ul>
          {items.length > largest.length && (
            <p className="mt-1.5 text-sm text-soft">{w.moreItems(items.length - largest.length)}</p>
          )}
        </section>
      )}
      <section aria-label={w.never}>
        <h3 className="mb-1.5 font-medium">{w.never}</h3>
        <ul className="grid gap-1 text-sm">
          {never.map(({ kind, why }) => (
            <li key={kind}>
              {w.kinds[kind]?.[0] ?? kind}
              <span className="text-soft">: {inertLine(why)}</span>
            </li>
          ))}
        </ul>
      </section>
    </>
  )
}

/** What is too young to go, since a deployment may be about to name it, goes with a later clean-up. */
function freedText(done: Reclaimed, planned: Reclaimed | undefined): string {
  const left = planned ? planned.items.length - done.items.length : 0
  return [w.reclaimed(fileSize(bytesOf(done))), left > 0 && w.tooYoung(left)].filter(Boolean).join(' ')
}

function bytesOf({ items }: Reclaimed): number {
  return items.reduce((sum, { bytes }) => sum + bytes, 0)
}

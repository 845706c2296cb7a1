import { whyMayNot } from '@seaworthy/api/can'
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { RotateCcw } from 'lucide-react'
import { Suspense } from 'react'
import { usePlatformAdmin } from '../access/use-platform-admin.ts'
import { client, type DataOf } from '../api/client.ts'
import { keys, queries } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { State } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Card, Facts } from '../components/card.tsx'
import { Name } from '../components/name.tsx'
import { PageHeader } from '../components/page-header.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { Time } from '../components/time.tsx'
import { useToasts } from '../components/toast.tsx'
import { KeysCard } from '../platform/keys-card.tsx'
import { MailCard } from '../platform/mail-card.tsx'
import { pageWords } from '../words/en/pages.ts'
import { words } from '../words/en.ts'

/** Only administrators of the platform are told. */
function countRows(counts: DataOf<'status.get'>['counts']): [string, string][] {
  if (counts === null) return []
  return [
    [pageWords.platform.apps, String(counts.apps)],
    [pageWords.platform.instances, String(counts.instances)],
    [pageWords.platform.jobs, pageWords.platform.jobCount(counts.jobsRunning, counts.jobsQueued)],
  ]
}

/** How the platform itself is, and what waits in the trash. */
export function PlatformPage() {
  const { data: status } = useSuspenseQuery(queries.status())
  const isAdmin = usePlatformAdmin()
  return (
    <>
      <PageHeader title={pageWords.platform.title} about={pageWords.platform.about(status.version)} />
      <div className="grid gap-6 lg:grid-cols-2 lg:items-start">
        <Card title={pageWords.platform.health}>
          <Facts
            rows={[
              [pageWords.platform.edge, <State key="edge" state={status.edge.state} />],
              [pageWords.platform.started, <Time key="started" at={status.startedAt} />],
              [pageWords.platform.database, pageWords.platform.databases[status.database.kind]],
              [pageWords.platform.runtime, status.runtime.kind],
              ...countRows(status.counts),
            ]}
          />
        </Card>
        <Card title={pageWords.platform.apart} about={pageWords.platform.apartAbout}>
          <Facts
            rows={Object.entries(status.runtime.sandbox).map(([power, value]) => [
              power,
              typeof value === 'boolean'
                ? value
                  ? pageWords.platform.on
                  : pageWords.platform.off
                : String(value),
            ])}
          />
        </Card>
        <MailCard mail={status.mail} />
        {isAdmin && (
          <Suspense fallback={<RowsSkeleton rows={2} />}>
            <KeysCard />
          </Suspense>
        )}
        <div className="lg:col-span-2">
          <Trash />
        </div>
      </div>
    </>
  )
}

function Trash() {
  const { data: apps } = useQuery(queries.trash())
  const toasts = useToasts()
  const restore = useAction({
    run: (id: string) => client.call('trash.restore', { params: { id } }),
    refresh: [['trash'], keys.apps],
    onDone: ({ name }) => toasts.show({ text: pageWords.platform.restored(name) }),
  })
  return (
    <Card title={words.nav.trash} about={pageWords.platform.trashAbout} flush>
      {!apps && <RowsSkeleton rows={2} />}
      {apps?.length === 0 && <p className="px-5 py-4 text-soft">{pageWords.platform.trashEmpty}</p>}
      <ul className="divide-y divide-line">
        {apps?.map(({ id, name, slug, can, deletedAt, purgeAt }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 py-3">
            <span className="min-w-0 flex-1">
              <Name className="font-medium">{name}</Name> <span className="text-sm text-soft">{slug}</span>
              <span className="block text-sm text-soft">
                {pageWords.platform.deleted} <Time at={deletedAt} />
                {purgeAt && (
                  <>
                    , {pageWords.platform.purged} <Time at={purgeAt} />
                  </>
                )}
              </span>
            </span>
            <Button
              size="small"
              icon={<RotateCcw aria-hidden className="size-4" />}
              whyNot={whyMayNot({ can }, 'app:restore')}
              busy={restore.isPending && restore.variables === id}
              onClick={() => restore.mutate(id)}
            >
              {pageWords.platform.restore}
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  )
}

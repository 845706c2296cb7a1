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
import { words } from '../words/en.ts'

/** Only administrators of the platform are told. */
function countRows(counts: DataOf<'status.get'>['counts']): [string, string][] {
  if (counts === null) return []
  return [
    [words.platform.apps, String(counts.apps)],
    [words.platform.instances, String(counts.instances)],
    [words.platform.jobs, words.platform.jobCount(counts.jobsRunning, counts.jobsQueued)],
  ]
}

/** How the platform itself is, and what waits in the trash. */
export function PlatformPage() {
  const { data: status } = useSuspenseQuery(queries.status())
  const isAdmin = usePlatformAdmin()
  return (
    <>
      <PageHeader title={words.platform.title} about={words.platform.about(status.version)} />
      <div className="grid gap-6 lg:grid-cols-2 lg:items-start">
        <Card title={words.platform.health}>
          <Facts
            rows={[
              [words.platform.edge, <State key="edge" state={status.edge.state} />],
              [words.platform.started, <Time key="started" at={status.startedAt} />],
              [words.platform.database, words.platform.databases[status.database.kind]],
              [words.platform.runtime, status.runtime.kind],
              ...countRows(status.counts),
            ]}
          />
        </Card>
        <Card title={words.platform.apart} about={words.platform.apartAbout}>
          <Facts
            rows={Object.entries(status.runtime.sandbox).map(([power, value]) => [
              power,
              typeof value === 'boolean' ? (value ? words.platform.on : words.platform.off) : String(value),
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
    onDone: ({ name }) => toasts.show({ text: words.platform.restored(name) }),
  })
  return (
    <Card title={words.nav.trash} about={words.platform.trashAbout} flush>
      {!apps && <RowsSkeleton rows={2} />}
      {apps?.length === 0 && <p className="px-5 py-4 text-soft">{words.platform.trashEmpty}</p>}
      <ul className="divide-y divide-line">
        {apps?.map(({ id, name, slug, can, deletedAt, purgeAt }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 py-3">
            <span className="min-w-0 flex-1">
              <Name className="font-medium">{name}</Name> <span className="text-sm text-soft">{slug}</span>
              <span className="block text-sm text-soft">
                {words.platform.deleted} <Time at={deletedAt} />
                {purgeAt && (
                  <>
                    , {words.platform.purged} <Time at={purgeAt} />
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
              {words.platform.restore}
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  )
}

import { Globe, Terminal } from 'lucide-react'
import { client } from '../api/client.ts'
import { useAction } from '../api/use-action.ts'
import { Badge } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Name } from '../components/name.tsx'
import { Time } from '../components/time.tsx'
import { useToasts } from '../components/toast.tsx'
import { inertLine } from '../text/inert.ts'
import { accountWords } from '../words/en/account.ts'
import { accountKeys, type LiveSession } from './account-queries.ts'
import { useLeave } from './use-leave.ts'

const words = accountWords.sessions

export function SessionRow({ session }: { session: LiveSession }) {
  const { id, device, address, createdAt, lastUsedAt, current } = session
  const toasts = useToasts()
  const leave = useLeave()
  const end = useAction({
    run: () => client.call('sessions.end', { params: { id } }),
    ...(!current && {
      refresh: [accountKeys.sessions],
      expect: () => [
        {
          queryKey: accountKeys.sessions,
          change: (sessions: LiveSession[]) => sessions.filter(each => each.id !== id),
        },
      ],
    }),
    onDone({ ended }) {
      if (current) void leave()
      else toasts.show({ text: words.ended(ended) })
    },
  })
  const Icon = device?.includes('command line') ? Terminal : Globe
  const name = device ?? words.unknownDevice
  return (
    <li className="flex items-center gap-3 px-5 py-3">
      <Icon aria-hidden className="size-5 shrink-0 text-soft" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
          <Name className="font-medium">{name}</Name>
          {current && <Badge tone="good">{words.current}</Badge>}
        </p>
        <p className="text-sm text-soft">
          <Name>{address ?? words.unknownPlace}</Name> · {words.used} <Time at={lastUsedAt} /> ·{' '}
          {words.signedIn} <Time at={createdAt} />
        </p>
      </div>
      <Button
        size="small"
        aria-label={words.endOf(inertLine(name))}
        busy={end.isPending}
        onClick={() => end.mutate()}
      >
        {words.end}
      </Button>
    </li>
  )
}

import { useNavigate } from '@tanstack/react-router'
import { client, type DataOf } from '../api/client.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Card, Facts } from '../components/card.tsx'
import { Name } from '../components/name.tsx'
import { Time } from '../components/time.tsx'
import { accountWords } from '../words/en/account.ts'
import { accountKeys } from './account-queries.ts'

const words = accountWords.device

type Decision = 'approve' | 'deny'

interface DeviceQuestionProps {
  device: DataOf<'device.get'>
  email: string
}

/** Who asks, so that nobody lets in a program that somebody else has started. */
export function DeviceQuestion({
  device: { userCode, device, address, expiresAt },
  email,
}: DeviceQuestionProps) {
  const navigate = useNavigate()
  const decide = useAction({
    run: (decision: Decision) => client.call(`device.${decision}`, { params: { userCode } }),
    refresh: [accountKeys.sessions],
    onDone: ({ decision }) => void navigate({ to: '/device', search: { decision }, replace: true }),
  })
  const busyWith = decide.isPending ? decide.variables : undefined
  const whyNot = (decision: Decision) =>
    busyWith !== undefined && busyWith !== decision ? words.deciding : undefined
  return (
    <Card title={words.asks} about={words.asksAbout}>
      <p className="mb-5 rounded-md bg-sunken py-4 text-center font-mono text-2xl tracking-widest">
        {userCode}
      </p>
      <Facts
        rows={[
          [words.device, <Name key="device">{device ?? words.unknownDevice}</Name>],
          [words.address, <Name key="address">{address ?? words.unknownAddress}</Name>],
          [words.as, <Name key="as">{email}</Name>],
          [words.until, <Time key="until" at={expiresAt} />],
        ]}
      />
      <div className="mt-6 grid grid-cols-2 gap-3">
        <Button busy={busyWith === 'deny'} whyNot={whyNot('deny')} onClick={() => decide.mutate('deny')}>
          {words.deny}
        </Button>
        <Button
          look="main"
          busy={busyWith === 'approve'}
          whyNot={whyNot('approve')}
          onClick={() => decide.mutate('approve')}
        >
          {words.approve}
        </Button>
      </div>
    </Card>
  )
}

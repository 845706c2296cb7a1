import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { CircleCheck, CircleX } from 'lucide-react'
import { accountQueries } from '../account/account-queries.ts'
import { DeviceCodeForm } from '../account/device-code-form.tsx'
import { DeviceQuestion } from '../account/device-question.tsx'
import { queries } from '../api/queries.ts'
import { buttonLook } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { PageHeader } from '../components/page-header.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { accountWords } from '../words/en/account.ts'

const words = accountWords.device
const route = getRouteApi('/inside/device')

/** Where a program that waits with a code is let in (RFC 8628, 3.3). */
export function DevicePage() {
  const { code, decision } = route.useSearch()
  return (
    <div className="mx-auto max-w-lg">
      <PageHeader title={words.title} />
      {decision ? <Decided decision={decision} /> : code ? <Asking code={code} /> : <DeviceCodeForm />}
    </div>
  )
}

function Asking({ code }: { code: string }) {
  const { data: identity } = useSuspenseQuery(queries.session())
  const { data: device, error } = useQuery({ ...accountQueries.device(code), throwOnError: false })
  if (device) return <DeviceQuestion device={device} email={identity.email ?? ''} />
  if (!error)
    return (
      <Card>
        <RowsSkeleton rows={2} />
      </Card>
    )
  return (
    <Card>
      <EmptyState icon={<CircleX />} title={words.notThere}>
        <p role="alert" className="mb-4">
          {error.message}
        </p>
        <Link to="/device" className={buttonLook('main')}>
          {words.other}
        </Link>
      </EmptyState>
    </Card>
  )
}

function Decided({ decision }: { decision: 'approved' | 'denied' }) {
  const approved = decision === 'approved'
  return (
    <Card>
      <EmptyState
        icon={approved ? <CircleCheck /> : <CircleX />}
        title={approved ? words.approved : words.denied}
      >
        <p className="mb-4">{approved ? words.approvedAbout : words.deniedAbout}</p>
        <Link to="/account/sessions" className={buttonLook('plain')}>
          {words.sessions}
        </Link>
      </EmptyState>
    </Card>
  )
}

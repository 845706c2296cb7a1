import { useSuspenseQuery } from '@tanstack/react-query'
import { queries } from '../api/queries.ts'
import { BuildsCard, CertificatesCard, DiskCard, MemoryCard } from '../platform/figure-cards.tsx'
import { ApartCard, PartsCard } from '../platform/health-cards.tsx'
import { MailCard } from '../platform/mail-card.tsx'

/** How the platform itself is. */
export function PlatformHealth() {
  const { data: status } = useSuspenseQuery(queries.status())
  const { details } = status
  return (
    <div className="grid gap-6 lg:grid-cols-2 lg:items-start">
      <div className="grid gap-6">
        <PartsCard status={status} />
        <ApartCard runtime={status.runtime} />
      </div>
      <div className="grid gap-6">
        {details && (
          <>
            <DiskCard disk={details.disk} />
            <MemoryCard memory={details.memory} />
            <BuildsCard builds={details.builds} />
            <CertificatesCard certificates={details.certificates} />
          </>
        )}
        <MailCard mail={status.mail} />
      </div>
    </div>
  )
}

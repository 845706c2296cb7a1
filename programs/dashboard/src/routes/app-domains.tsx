import { whyMayNot } from '@seaworthy/api/can'
import { useSuspenseQuery } from '@tanstack/react-query'
import { Globe, Plus } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { patiently } from '../api/patiently.ts'
import { sightQueries } from '../api/sight-queries.ts'
import { useCurrentApp } from '../app/current-app.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { DomainCard } from '../domains/domain-card.tsx'
import { domainWords as words } from '../words/en/domains.ts'

const AddDomainDialog = lazy(patiently(() => import('../domains/add-domain-dialog.tsx')))

/** Hosts of one's own, with their checks and their certificates. */
export function AppDomains() {
  const app = useCurrentApp()
  const { data: domains } = useSuspenseQuery(sightQueries.domains(app.slug))
  const [adding, setAdding] = useState(false)
  const hosts = domains.map(({ host }) => host)
  const add = (
    <Button
      look="main"
      icon={<Plus aria-hidden className="size-4" />}
      whyNot={whyMayNot(app, 'domain:write')}
      onClick={() => setAdding(true)}
    >
      {words.add}
    </Button>
  )
  return (
    <>
      {domains.length === 0 ? (
        <Card>
          <EmptyState icon={<Globe aria-hidden />} title={words.none}>
            <p>{words.noneAbout}</p>
            <p className="mt-2 mb-5">{words.builtIn(new URL(app.url).host)}</p>
            {add}
          </EmptyState>
        </Card>
      ) : (
        <Card title={words.title} about={words.about} actions={add} flush>
          <ul className="divide-y divide-line">
            {domains.map(domain => (
              <DomainCard
                key={domain.host}
                app={app}
                domain={domain}
                others={hosts.filter(host => host !== domain.host)}
              />
            ))}
          </ul>
        </Card>
      )}
      {adding && (
        <Suspense fallback={null}>
          <AddDomainDialog slug={app.slug} others={hosts} onClose={() => setAdding(false)} />
        </Suspense>
      )}
    </>
  )
}

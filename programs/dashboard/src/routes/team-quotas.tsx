import { useSuspenseQuery } from '@tanstack/react-query'
import { client } from '../api/client.ts'
import { teamQueries } from '../api/team-queries.ts'
import { QuotasCard } from '../quotas/quotas-card.tsx'
import { useCurrentTeam } from '../teams/current-team.ts'

export function TeamQuotas() {
  const { slug } = useCurrentTeam()
  const { data: quotas } = useSuspenseQuery(teamQueries.teamQuotas(slug))
  return (
    <QuotasCard
      quotas={quotas}
      save={limits => client.call('quotas.setTeam', { params: { team: slug }, body: { limits } })}
    />
  )
}

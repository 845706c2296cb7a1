import { useQuery } from '@tanstack/react-query'
import { Card, Facts } from '../components/card.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { accountWords } from '../words/en/account.ts'
import { accountQueries } from './account-queries.ts'

const words = accountWords.profile
const number = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })

export function OwnQuotas() {
  const { data } = useQuery(accountQueries.quotas())
  return (
    <Card title={words.quotas} about={words.quotasAbout}>
      {data ? (
        <Facts
          rows={data.quotas.map(({ name, used, limit }) => [
            words.quotaNames[name] ?? name,
            limit === null
              ? words.unlimited(number.format(used))
              : words.ofLimit(number.format(used), number.format(limit)),
          ])}
        />
      ) : (
        <RowsSkeleton />
      )}
    </Card>
  )
}

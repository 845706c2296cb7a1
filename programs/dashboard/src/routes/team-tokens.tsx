import { whyMayNot } from '@seaworthy/api/can'
import { useQuery } from '@tanstack/react-query'
import { KeyRound, Lock } from 'lucide-react'
import { teamQueries } from '../api/team-queries.ts'
import { Card } from '../components/card.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { useCurrentTeam } from '../teams/current-team.ts'
import { TokenList } from '../tokens/token-list.tsx'
import { teamWords } from '../words/en/teams.ts'

export function TeamTokens() {
  const team = useCurrentTeam()
  const reason = whyMayNot(team, 'team-tokens:read')
  const { data: tokens } = useQuery({ ...teamQueries.teamTokens(team.slug), enabled: reason === undefined })
  return (
    <Card title={teamWords.tokens} about={teamWords.tokensAbout} flush>
      {reason !== undefined ? (
        <EmptyState icon={<Lock aria-hidden />} title={reason} />
      ) : !tokens ? (
        <RowsSkeleton rows={2} />
      ) : tokens.length === 0 ? (
        <EmptyState icon={<KeyRound aria-hidden />} title={teamWords.noTokens} />
      ) : (
        <TokenList tokens={tokens} ofOthers />
      )}
    </Card>
  )
}

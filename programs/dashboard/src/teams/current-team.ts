import { useSuspenseQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { type Team, teamQueries } from '../api/team-queries.ts'

/** The team whose page this is. Its layout has it already, so that this never waits. */
export function useCurrentTeam(): Team {
  const { team } = useParams({ strict: false })
  return useSuspenseQuery(teamQueries.team(team!)).data
}

import { useQuery } from '@tanstack/react-query'
import { sightQueries } from '../api/sight-queries.ts'

/** What is counted of each app now, by slug. A list of apps is there before it, and without it too. */
export function useFigures() {
  return useQuery({ ...sightQueries.allFigures(), throwOnError: false }).data
}

import { useSuspenseQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { type App, queries } from '../api/queries.ts'

/** The app whose page this is. Its layout has it already, so that this never waits. */
export function useCurrentApp(): App {
  const { slug } = useParams({ strict: false })
  return useSuspenseQuery(queries.app(slug!)).data
}

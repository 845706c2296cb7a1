import { useQuery } from '@tanstack/react-query'
import type { ComponentProps } from 'react'
import { Skeleton } from '../components/skeleton.tsx'
import type LineChart from './line-chart.tsx'

const RETRY_MS = 3_000

/** A chart whose code comes when it is needed. While nobody answers its place stays empty, and the page goes on. */
export function LazyLineChart(props: ComponentProps<typeof LineChart>) {
  const { data } = useQuery({
    queryKey: ['line-chart'],
    queryFn: async () => ({ Chart: (await import('./line-chart.tsx')).default }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
    retry: true,
    retryDelay: RETRY_MS,
    throwOnError: false,
  })
  if (data) return <data.Chart {...props} />
  return (
    <div className="grid gap-2">
      <Skeleton className="h-5 w-40" />
      <Skeleton className="h-40 w-full" />
    </div>
  )
}

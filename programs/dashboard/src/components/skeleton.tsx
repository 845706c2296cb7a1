import { words } from '../words/en.ts'
import { classNames } from './class-names.ts'

/** The place of text that is on its way. */
export function Skeleton({ className }: { className?: string }) {
  return (
    <div aria-hidden className={classNames('animate-pulse rounded-sm bg-sunken', className ?? 'h-4 w-32')} />
  )
}

export function PageSkeleton() {
  return (
    <div role="status" aria-label={words.loading} className="grid gap-4">
      <Skeleton className="h-8 w-56" />
      <Skeleton className="h-24 w-full" />
      <Skeleton className="h-24 w-full" />
    </div>
  )
}

export function RowsSkeleton({ rows = 4 }: { rows?: number }) {
  return (
    <div role="status" aria-label={words.loading} className="grid gap-5 p-5">
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <div key={index} className="flex gap-4">
          <Skeleton className="h-4 w-40" />
          <Skeleton className="h-4 flex-1" />
        </div>
      ))}
    </div>
  )
}

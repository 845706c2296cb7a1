import type { ReactNode } from 'react'

/** Where nothing is yet: says what would be here and how to get it. */
export function EmptyState({
  icon,
  title,
  children,
}: {
  icon?: ReactNode
  title: string
  children?: ReactNode
}) {
  return (
    <div className="grid justify-items-center gap-2 px-6 py-12 text-center text-soft">
      {icon && (
        <span className="mb-1 rounded-full bg-accent-soft p-3 text-accent [&>svg]:size-6">{icon}</span>
      )}
      <p className="text-lg font-medium text-ink">{title}</p>
      {children && <div className="max-w-md">{children}</div>}
    </div>
  )
}

import { Link, type LinkProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'

export interface TabLink {
  to: LinkProps['to']
  params?: Record<string, string>
  label: ReactNode
  exact?: boolean
}

/** The pages of one thing, side by side: links, so that each has its address. */
export function TabLinks({ label, tabs }: { label: string; tabs: readonly TabLink[] }) {
  return (
    <nav aria-label={label} className="-mb-px flex gap-5 overflow-x-auto">
      {tabs.map(({ to, params, label, exact = false }) => (
        <Link
          key={String(to)}
          to={to as string}
          params={params as never}
          activeOptions={{ exact }}
          className="border-b-2 border-transparent py-2.5 whitespace-nowrap text-soft hover:text-ink aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-ink"
        >
          {label}
        </Link>
      ))}
    </nav>
  )
}

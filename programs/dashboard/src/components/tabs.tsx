import { Link, type LinkProps, useLocation } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef } from 'react'

export interface TabLink {
  to: LinkProps['to']
  params?: Record<string, string>
  label: ReactNode
  exact?: boolean
}

/** The pages of one thing, side by side: links, so that each has its address. */
export function TabLinks({ label, tabs }: { label: string; tabs: readonly TabLink[] }) {
  const nav = useRef<HTMLElement>(null)
  const { pathname } = useLocation()
  // On a phone there are more than fit beside each other.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page is another tab
  useEffect(() => {
    nav.current?.querySelector('[aria-current=page]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [pathname])
  return (
    <nav ref={nav} aria-label={label} className="-mb-px flex gap-5 overflow-x-auto">
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

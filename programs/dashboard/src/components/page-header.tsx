import { type ReactNode, useEffect } from 'react'
import { inertLine } from '../text/inert.ts'
import { words } from '../words/en.ts'

interface PageHeaderProps {
  title: string
  /** Instead of the plain title. */
  heading?: ReactNode
  about?: ReactNode
  actions?: ReactNode
  /** What stands above: the way back. */
  above?: ReactNode
}

export function PageHeader({ title, heading, about, actions, above }: PageHeaderProps) {
  useTitle(title)
  return (
    <header className="mb-6 flex flex-wrap items-center gap-x-6 gap-y-3">
      <div className="min-w-0 flex-1 basis-48">
        {above && <div className="mb-1 text-sm text-soft">{above}</div>}
        <h1 className="text-2xl font-semibold tracking-tight">{heading ?? title}</h1>
        {about && <div className="mt-1 text-soft">{about}</div>}
      </div>
      {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
    </header>
  )
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${inertLine(title)} · ${words.product}`
  }, [title])
}

import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'

interface CardProps {
  title?: ReactNode
  /** One sentence under the title. */
  about?: ReactNode
  actions?: ReactNode
  children?: ReactNode
  /** Without inner distance, for lists. */
  flush?: boolean
  tone?: 'normal' | 'danger'
}

export function Card({ title, about, actions, children, flush = false, tone = 'normal' }: CardProps) {
  return (
    <section
      className={classNames(
        'overflow-hidden rounded-lg border bg-surface shadow-card',
        tone === 'danger' ? 'border-bad/40' : 'border-line',
      )}
    >
      {(title || actions) && (
        <header className="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 pt-4 pb-3">
          <div className="min-w-0 flex-1 basis-60">
            {title && <h2 className="text-lg font-semibold">{title}</h2>}
            {about && <p className="mt-0.5 text-sm text-soft">{about}</p>}
          </div>
          {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
        </header>
      )}
      {children !== undefined && children !== false && (
        <div className={flush ? 'border-t border-line' : 'px-5 pb-5'}>{children}</div>
      )}
    </section>
  )
}

/** Terms and what they are: facts about one thing. */
export function Facts({ rows }: { rows: readonly (readonly [term: ReactNode, fact: ReactNode])[] }) {
  return (
    <dl className="grid gap-x-6 gap-y-3 sm:grid-cols-[10rem_1fr]">
      {rows.map(([term, fact], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows of a page never change their order
        <div key={index} className="contents">
          <dt className="text-sm text-soft sm:pt-px">{term}</dt>
          <dd className="-mt-2 min-w-0 sm:mt-0">{fact}</dd>
        </div>
      ))}
    </dl>
  )
}

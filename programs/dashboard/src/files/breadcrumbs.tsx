import { Link } from '@tanstack/react-router'
import { ChevronRight } from 'lucide-react'
import { Fragment } from 'react'
import { Name } from '../components/name.tsx'
import { fileWords } from '../words/en/files.ts'
import { pathSteps } from './file-search.ts'

/** A path deeper than this shows its end alone. */
const MOST_STEPS = 8

/** The way from the root to what is shown; each folder on it is a link. */
export function Breadcrumbs({ slug, path }: { slug: string; path: string }) {
  const steps = pathSteps(path)
  const shown = steps.slice(-MOST_STEPS)
  return (
    <nav aria-label={fileWords.path} className="flex min-w-0 flex-wrap items-center gap-x-1 text-sm">
      <Step slug={slug} path="" name={fileWords.root} isLast={steps.length === 0} />
      {steps.length > shown.length && <span className="text-soft">…</span>}
      {shown.map((step, index) => (
        <Fragment key={step.path}>
          <ChevronRight aria-hidden className="size-3.5 shrink-0 text-soft" />
          <Step slug={slug} {...step} isLast={index === shown.length - 1} />
        </Fragment>
      ))}
    </nav>
  )
}

function Step({ slug, path, name, isLast }: { slug: string; path: string; name: string; isLast: boolean }) {
  const look = 'block max-w-64 truncate'
  if (isLast)
    return (
      <span aria-current="location" className="min-w-0 font-medium">
        <Name className={look}>{name}</Name>
      </span>
    )
  return (
    <Link
      to="/apps/$slug/files"
      params={{ slug }}
      search={old => ({ ...old, path: path || undefined, view: undefined })}
      className="min-w-0 text-soft hover:text-ink hover:underline"
    >
      <Name className={look}>{name}</Name>
    </Link>
  )
}

import { ChevronLeft, ChevronRight } from 'lucide-react'
import { words } from '../words/en.ts'
import { Button } from './button.tsx'

interface PagerProps {
  pagination: { page: number; pages: number; hasNext: boolean; hasPrev: boolean }
  onGo(page: number): void
}

/** Nothing for what fits on one page. */
export function Pager({ pagination: { page, pages, hasNext, hasPrev }, onGo }: PagerProps) {
  if (pages <= 1) return null
  return (
    <nav aria-label={words.pager.label} className="mt-4 flex items-center justify-between gap-3">
      <Button
        size="small"
        icon={<ChevronLeft aria-hidden className="size-4" />}
        whyNot={hasPrev ? undefined : words.pager.first}
        onClick={() => onGo(page - 1)}
      >
        {words.pager.previous}
      </Button>
      <span className="text-sm text-soft tabular-nums">{words.pager.at(page, pages)}</span>
      <Button size="small" whyNot={hasNext ? undefined : words.pager.last} onClick={() => onGo(page + 1)}>
        {words.pager.next}
        <ChevronRight aria-hidden className="size-4" />
      </Button>
    </nav>
  )
}

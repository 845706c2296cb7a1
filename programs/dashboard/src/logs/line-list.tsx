import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Button } from '../components/button.tsx'
import { classNames } from '../components/class-names.ts'
import { logWords } from '../words/en/logs.ts'

const LINE_PX = 20
/** How near the end counts as being at it. */
const END_PX = 40

interface LineListProps {
  label: string
  count: number
  renderLine(index: number): ReactNode
  /** Shown where there is no line. */
  empty: ReactNode
  /** A line to bring into view; another object brings it there again. */
  show?: { index: number } | undefined
  /** Long lines are broken instead of reaching out of sight. */
  wrap?: boolean
  /** Begins at the end and stays there while lines come; for what is only read it begins at the top. */
  follow?: boolean
  /** Told when the reader leaves the end, and comes back to it. */
  onFollowing?(following: boolean): void
  /** Told the first line in view, whenever that is another one. */
  onVisible?(first: number): void
  className?: string
}

/** Very many lines, of which only those in view are drawn. Stays at the end while one is there, and not else. */
export function LineList({
  label,
  count,
  renderLine,
  empty,
  show,
  wrap = false,
  follow = true,
  onFollowing,
  onVisible,
  className = '',
}: LineListProps) {
  const box = useRef<HTMLDivElement>(null)
  const [following, setFollowing] = useState(follow && show === undefined)
  const [leftAt, setLeftAt] = useState(0)
  const lines = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    estimateSize: () => LINE_PX,
    overscan: 30,
  })
  const change = (next: boolean) => {
    if (next === following) return
    setFollowing(next)
    setLeftAt(count)
    onFollowing?.(next)
  }
  const toEnd = () => lines.scrollToIndex(count - 1, { align: 'end' })
  useEffect(() => {
    if (following && count > 0) lines.scrollToIndex(count - 1, { align: 'end' })
  }, [count, following, lines])
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each wish to see a line
  useEffect(() => {
    if (show === undefined) return
    change(false)
    lines.scrollToIndex(show.index, { align: 'center' })
  }, [show, lines])
  // biome-ignore lint/correctness/useExhaustiveDependencies: every height is another one then
  useEffect(() => lines.measure(), [wrap, lines])
  const first = Math.floor((lines.scrollOffset ?? 0) / LINE_PX)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another line is what it waits for
  useEffect(() => onVisible?.(Math.min(first, count - 1)), [first, count === 0, onVisible === undefined])
  const atEnd = () => {
    const { scrollTop, clientHeight, scrollHeight } = box.current!
    return scrollTop + clientHeight >= scrollHeight - END_PX
  }
  const fresh = Math.max(0, count - leftAt)
  return (
    <div className={`relative ${className}`}>
      <div
        ref={box}
        role="log"
        aria-label={label}
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: so that the keyboard can scroll it
        tabIndex={0}
        onScroll={() => change(atEnd())}
        className="h-full overflow-auto bg-sunken py-3 font-mono text-xs leading-5"
      >
        {count === 0 ? (
          <div className="px-4 font-sans text-base text-soft">{empty}</div>
        ) : (
          <div
            className={classNames('relative', !wrap && 'min-w-max')}
            style={{ height: lines.getTotalSize() }}
          >
            {lines.getVirtualItems().map(({ key, index, start }) => (
              <div
                key={key}
                ref={wrap ? lines.measureElement : undefined}
                data-index={index}
                data-line={index + 1}
                className={classNames(
                  'absolute inset-x-0 top-0 px-4',
                  wrap
                    ? 'min-h-5 wrap-anywhere whitespace-pre-wrap **:[bdi]:whitespace-pre-wrap'
                    : 'h-5 whitespace-pre',
                )}
                style={{ transform: `translateY(${start}px)` }}
              >
                {renderLine(index)}
              </div>
            ))}
          </div>
        )}
      </div>
      {!following && count > 0 && (
        <div className="absolute right-4 bottom-4">
          <Button
            size="small"
            icon={<ArrowDown aria-hidden className="size-4" />}
            onClick={() => {
              change(true)
              toEnd()
            }}
          >
            {fresh > 0 && follow ? logWords.newLines(fresh) : logWords.toEnd}
          </Button>
        </div>
      )}
    </div>
  )
}

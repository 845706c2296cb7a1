import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Button } from '../components/button.tsx'
import { pageWords } from '../words/en/pages.ts'

const LINE_PX = 20
/** How near the end counts as being at it. */
const END_PX = 40

interface LineListProps {
  label: string
  count: number
  renderLine(index: number): ReactNode
  /** Shown where there is no line. */
  empty: ReactNode
  /** A line to bring into view. */
  showLine?: number | undefined
  className?: string
}

/** Very many lines, of which only those in view are drawn. Stays at the end while one is there, and not else. */
export function LineList({ label, count, renderLine, empty, showLine, className = '' }: LineListProps) {
  const box = useRef<HTMLDivElement>(null)
  const [following, setFollowing] = useState(true)
  const lines = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    estimateSize: () => LINE_PX,
    overscan: 30,
  })
  useEffect(() => {
    if (following && count > 0) lines.scrollToIndex(count - 1, { align: 'end' })
  }, [count, following, lines])
  useEffect(() => {
    if (showLine === undefined) return
    setFollowing(false)
    lines.scrollToIndex(showLine, { align: 'center' })
  }, [showLine, lines])
  const atEnd = () => {
    const { scrollTop, clientHeight, scrollHeight } = box.current!
    return scrollTop + clientHeight >= scrollHeight - END_PX
  }
  return (
    <div className={`relative ${className}`}>
      <div
        ref={box}
        role="log"
        aria-label={label}
        aria-live="off"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: so that the keyboard can scroll it
        tabIndex={0}
        onScroll={() => setFollowing(atEnd())}
        className="h-full overflow-auto bg-sunken py-3 font-mono text-xs leading-5"
      >
        {count === 0 ? (
          <div className="px-4 font-sans text-base text-soft">{empty}</div>
        ) : (
          <div className="relative min-w-max" style={{ height: lines.getTotalSize() }}>
            {lines.getVirtualItems().map(({ key, index, start }) => (
              <div
                key={key}
                data-line={index + 1}
                className="absolute inset-x-0 top-0 h-5 px-4 whitespace-pre"
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
              setFollowing(true)
              lines.scrollToIndex(count - 1, { align: 'end' })
            }}
          >
            {pageWords.logs.follow}
          </Button>
        </div>
      )}
    </div>
  )
}

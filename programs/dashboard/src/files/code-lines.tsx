import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef } from 'react'
import { inert } from '../text/inert.ts'
import { fileWords } from '../words/en/files.ts'

const LINE_PX = 20
/** Longer than anybody reads in one line; the whole of it is in the download. */
const SHOWN_CHARACTERS = 4_000
/** Before the first measuring, and where there is none. */
const USUAL_BOX = { width: 1_000, height: 600 }

/** A text with the numbers of its lines, of which only those in view are drawn. Nothing in it can act. */
export function CodeLines({ text }: { text: string }) {
  const box = useRef<HTMLElement>(null)
  const lines = useMemo(() => linesOf(text), [text])
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => LINE_PX,
    initialRect: USUAL_BOX,
    overscan: 30,
  })
  const digits = String(lines.length).length
  return (
    <section
      ref={box}
      aria-label={fileWords.text}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: so that the keyboard can scroll it
      tabIndex={0}
      className="h-[calc(100dvh-24rem)] min-h-80 overflow-auto bg-sunken py-3 font-mono text-xs leading-5"
    >
      <div className="relative min-w-max" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ key, index, start }) => (
          <div
            key={key}
            className="absolute inset-x-0 top-0 flex h-5 gap-4 px-4"
            style={{ transform: `translateY(${start}px)` }}
          >
            <span
              className="shrink-0 text-right text-soft tabular-nums select-none"
              style={{ width: `${digits}ch` }}
            >
              {index + 1}
            </span>
            <bdi className="whitespace-pre">{shown(lines[index]!)}</bdi>
          </div>
        ))}
      </div>
    </section>
  )
}

/** A line break at the end begins no line of its own. */
export function linesOf(text: string): string[] {
  return text.replace(/\r?\n$/, '').split(/\r?\n/)
}

function shown(line: string): string {
  return inert(line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line)
}

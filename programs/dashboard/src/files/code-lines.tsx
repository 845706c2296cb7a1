import { useVirtualizer } from '@tanstack/react-virtual'
import { type CSSProperties, useMemo, useRef } from 'react'
import { inert } from '../text/inert.ts'
import { fileWords } from '../words/en/files.ts'

const LINE_PX = 20
/** Longer than anybody reads in one line; the whole of it is in the download. */
const SHOWN_CHARACTERS = 4_000
/** Up to here all lines are drawn, so that the browser's own search finds them. */
const WHOLE_LINES = 2_000

/** A text with the numbers of its lines. Nothing in it can act. */
export function CodeLines({ text }: { text: string }) {
  const box = useRef<HTMLElement>(null)
  const lines = useMemo(() => linesOf(text), [text])
  return (
    <section
      ref={box}
      aria-label={fileWords.text}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: so that the keyboard can scroll it
      tabIndex={0}
      className="max-h-[70dvh] overflow-auto bg-sunken py-3 font-mono text-xs leading-5"
    >
      {lines.length > WHOLE_LINES ? <LinesInView lines={lines} box={box} /> : <AllLines lines={lines} />}
    </section>
  )
}

/** A line break at the end begins no line of its own. */
export function linesOf(text: string): string[] {
  return text.replace(/\r?\n$/, '').split(/\r?\n/)
}

function AllLines({ lines }: { lines: readonly string[] }) {
  return (
    <div className="min-w-max">
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a text never change their order
        <Line key={index} line={line} number={index + 1} of={lines.length} />
      ))}
    </div>
  )
}

function LinesInView({ lines, box }: { lines: readonly string[]; box: React.RefObject<HTMLElement | null> }) {
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => LINE_PX,
    overscan: 30,
  })
  return (
    <div className="relative min-w-max" style={{ height: rows.getTotalSize() }}>
      {rows.getVirtualItems().map(({ key, index, start }) => (
        <Line
          key={key}
          line={lines[index]!}
          number={index + 1}
          of={lines.length}
          className="absolute inset-x-0 top-0"
          style={{ transform: `translateY(${start}px)` }}
        />
      ))}
    </div>
  )
}

interface LineProps {
  line: string
  number: number
  /** How many there are, which tells how wide a number can be. */
  of: number
  className?: string
  style?: CSSProperties
}

function Line({ line, number, of, className = '', style }: LineProps) {
  return (
    <div className={`flex h-5 gap-4 px-4 ${className}`} style={style}>
      <span
        className="shrink-0 text-right text-soft tabular-nums select-none"
        style={{ width: `${String(of).length}ch` }}
      >
        {number}
      </span>
      <bdi className="whitespace-pre">
        {inert(line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line)}
      </bdi>
    </div>
  )
}

import { Download, WrapText } from 'lucide-react'
import { type ReactNode, useMemo, useState } from 'react'
import { Button } from '../components/button.tsx'
import { copyText } from '../components/copy-field.tsx'
import { useToasts } from '../components/toast.tsx'
import { stripAnsi } from '../text/ansi.ts'
import { logWords as words } from '../words/en/logs.ts'
import { words as common } from '../words/en.ts'
import { downloadText } from './download-text.ts'
import { LineList } from './line-list.tsx'
import type { LogLine as Line } from './live-lines.ts'
import { LogLine } from './log-line.tsx'

interface LogLinesProps {
  slug: string
  lines: readonly Line[]
  find: string
  empty: string
  /** The cursor of the line that a link is to. */
  marked?: string | undefined
  actions?: ReactNode
  onFollowing?(following: boolean): void
  /** Told the time of the first line in view. */
  onTime?(at: string): void
}

/** Lines of an app, whether they come or are stored. */
export function LogLines({ slug, lines, find, empty, marked, actions, onFollowing, onTime }: LogLinesProps) {
  const [wrap, setWrap] = useState(false)
  const toasts = useToasts()
  const index = useMemo(
    () => (marked === undefined ? -1 : lines.findIndex(({ cursor }) => Number(cursor) === Number(marked))),
    [lines, marked],
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: shown once, when it is there; not each time that lines come
  const show = useMemo(() => (index === -1 ? undefined : { index }), [index === -1, marked])
  const save = () =>
    downloadText(
      `${slug}.log`,
      lines.map(({ at, process, instance, text }) => `${at} ${process} ${instance} ${stripAnsi(text)}`),
    )
  const link = ({ cursor }: Line) => {
    const address = new URL(`/apps/${slug}/logs?line=${cursor}`, location.origin).href
    copyText(address).then(
      () => toasts.show({ tone: 'good', text: words.linkCopied }),
      // Without the clipboard it can still be taken from here.
      () => toasts.show({ text: address }),
    )
  }
  return (
    <>
      <div className="flex flex-wrap items-center gap-2 border-t border-line px-4 py-1.5">
        <span role="status" className="flex-1 text-sm text-soft tabular-nums">
          {words.lines(lines.length)}
        </span>
        {actions}
        <Button
          size="small"
          look="quiet"
          aria-label={words.wrap}
          title={words.wrap}
          aria-pressed={wrap}
          className="aria-pressed:bg-accent-soft aria-pressed:text-accent"
          onClick={() => setWrap(!wrap)}
        >
          <WrapText aria-hidden className="size-4" />
        </Button>
        <Button size="small" look="quiet" icon={<Download aria-hidden className="size-4" />} onClick={save}>
          {words.download}
        </Button>
      </div>
      <LineList
        label={common.app.tabs.logs}
        className="h-[calc(100dvh-22rem)] min-h-80 border-t border-line"
        count={lines.length}
        wrap={wrap}
        show={show}
        empty={empty}
        {...(onFollowing && { onFollowing })}
        {...(onTime && { onVisible: (first: number) => onTime(lines[first]?.at ?? '') })}
        renderLine={at => {
          const line = lines[at]!
          return <LogLine line={line} find={find} marked={at === index} onLink={() => link(line)} />
        }}
      />
    </>
  )
}

import { getRouteApi, Link, useLocation } from '@tanstack/react-router'
import { useDeferredValue, useEffect, useMemo, useState } from 'react'
import { classNames } from '../components/class-names.ts'
import { AnsiLine } from '../logs/ansi-line.tsx'
import { downloadText } from '../logs/download-text.ts'
import { LineList } from '../logs/line-list.tsx'
import { stripAnsi } from '../text/ansi.ts'
import { logWords as words } from '../words/en/logs.ts'
import { pageWords } from '../words/en/pages.ts'
import { failingLine, findLines, type Progress } from './deployment-progress.ts'
import { type LogRows, rowAt, rowOfLine, rowsOf, stepOfLine } from './log-rows.ts'
import { LogToolbar } from './log-toolbar.tsx'
import { StepHead } from './step-head.tsx'

const route = getRouteApi('/inside/apps/$slug/deployments/$number')

/** Everything a deployment said, step by step: searched, folded, and each line with an address of its own. */
export function DeploymentLog({ progress, name }: { progress: Progress; name: string }) {
  const { texts, steps } = progress
  const [find, setFind] = useState('')
  const [wrap, setWrap] = useState(false)
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set())
  // `texts` grows in place; `progress` changes with it.
  const rows = useMemo(() => rowsOf(progress, folded), [progress, folded])
  const { shown, marked, goTo } = useShownLine(progress, rows, setFolded)
  const wanted = useDeferredValue(find.trim().toLowerCase())
  // biome-ignore lint/correctness/useExhaustiveDependencies: `texts` grows in place; `progress` changes with it
  const places = useMemo(() => findLines(texts, wanted), [progress, wanted])
  const failure = useMemo(() => failingLine(progress), [progress])
  const toggle = (step: number) =>
    setFolded(known => (known.has(step) ? without(known, step) : new Set([...known, step])))
  return (
    <div className="min-w-0">
      <LogToolbar
        find={find}
        onFind={setFind}
        places={places}
        current={marked}
        onGo={goTo}
        failure={failure}
        wrap={wrap}
        onWrap={setWrap}
        lines={texts.length}
        isFolded={folded.size > 0}
        onFoldAll={() => setFolded(folded.size > 0 ? new Set() : new Set(steps.keys()))}
        onDownload={() => downloadText(`${name}.log`, texts.map(stripAnsi))}
      />
      <LineList
        label={pageWords.deployment.log}
        className="h-[32rem]"
        count={rows.count}
        wrap={wrap}
        show={shown}
        empty={progress.ended ? words.noLines : words.waiting}
        renderLine={index => {
          const row = rowAt(rows, index)
          if (row.kind === 'step')
            return (
              <StepHead
                step={steps[row.step]!}
                folded={folded.has(row.step)}
                onToggle={() => toggle(row.step)}
              />
            )
          return <Line progress={progress} line={row.line} find={wanted} marked={row.line === marked} />
        }}
      />
    </div>
  )
}

interface LineProps {
  progress: Progress
  line: number
  find: string
  marked: boolean
}

const LOOKS = { platform: 'text-accent', stderr: 'text-warn', stdout: '' }

function Line({ progress: { texts, streams }, line, find, marked }: LineProps) {
  const number = line + 1
  return (
    <span className={classNames('-mx-4 block px-4', marked && 'bg-accent-soft')}>
      <Link
        to="."
        hash={`L${number}`}
        replace
        hashScrollIntoView={false}
        resetScroll={false}
        preload={false}
        tabIndex={-1}
        aria-label={words.lineLink(number)}
        className="mr-4 inline-block w-14 text-right text-soft tabular-nums select-none hover:text-accent hover:underline"
      >
        {number}
      </Link>
      <AnsiLine text={texts[line]!} find={find} className={LOOKS[streams[line]!]} />
    </span>
  )
}

/** The line that the address names, or that was gone to: unfolded and brought into view as soon as it is there. */
function useShownLine(
  progress: Progress,
  rows: LogRows,
  setFolded: (change: (known: ReadonlySet<number>) => ReadonlySet<number>) => void,
) {
  const navigate = route.useNavigate()
  const marked = useLineOfHash()
  const [shown, setShown] = useState<{ index: number; line: number }>()
  const isThere = marked !== undefined && marked < progress.texts.length
  const row = isThere ? rowOfLine(rows, marked) : undefined
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each line, as soon as it can be shown
  useEffect(() => {
    if (!isThere || shown?.line === marked) return
    if (row === undefined) setFolded(known => without(known, stepOfLine(progress, marked)))
    else setShown({ index: row, line: marked })
  }, [marked, isThere, row, shown])
  const goTo = (line: number) => {
    if (line === marked) setShown(undefined)
    else void navigate({ hash: `L${line + 1}`, replace: true, hashScrollIntoView: false, resetScroll: false })
  }
  return { shown, marked, goTo }
}

/** `#L123` is line 122 from 0. */
function useLineOfHash(): number | undefined {
  const hash = useLocation({ select: location => location.hash })
  const match = /^#?L([1-9]\d{0,7})$/.exec(hash)
  return match ? Number(match[1]) - 1 : undefined
}

function without(set: ReadonlySet<number>, item: number): ReadonlySet<number> {
  if (!set.has(item)) return set
  return new Set([...set].filter(each => each !== item))
}

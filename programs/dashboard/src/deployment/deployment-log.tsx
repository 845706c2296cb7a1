import { Download, Search } from 'lucide-react'
import { useMemo, useState } from 'react'
import { Button } from '../components/button.tsx'
import { classNames } from '../components/class-names.ts'
import { TextInput } from '../components/field.tsx'
import { AnsiLine } from '../logs/ansi-line.tsx'
import { downloadText } from '../logs/download-text.ts'
import { LineList } from '../logs/line-list.tsx'
import { stripAnsi } from '../text/ansi.ts'
import { duration } from '../text/times.ts'
import { pageWords } from '../words/en/pages.ts'
import { words } from '../words/en.ts'
import { chooseLines, type Progress, type Step } from './deployment-progress.ts'

/** The steps at the side, the lines beside them; a step shows its lines alone. */
export function DeploymentLog({ progress, name }: { progress: Progress; name: string }) {
  const [find, setFind] = useState('')
  const [step, setStep] = useState<string>()
  const { lines } = progress
  const wanted = find.trim().toLowerCase()
  // biome-ignore lint/correctness/useExhaustiveDependencies: `lines` grows in place; `progress` changes with it
  const chosen = useMemo(() => chooseLines(lines, { find: wanted, step }), [progress, wanted, step])
  const count = chosen?.length ?? lines.length
  return (
    <div className="grid lg:grid-cols-[16rem_1fr]">
      <Steps steps={progress.steps} chosen={step} onChoose={setStep} />
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2">
          <div className="relative min-w-40 flex-1">
            <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-4 text-soft" />
            <TextInput
              type="search"
              aria-label={pageWords.logs.search}
              placeholder={pageWords.logs.search}
              className="h-8 pl-8 text-sm"
              value={find}
              onChange={event => setFind(event.target.value)}
            />
          </div>
          <span role="status" className="text-sm text-soft tabular-nums">
            {pageWords.logs.lines(count)}
          </span>
          <Button
            look="quiet"
            size="small"
            icon={<Download aria-hidden className="size-4" />}
            onClick={() =>
              downloadText(
                `${name}.log`,
                lines.map(({ text }) => stripAnsi(text)),
              )
            }
          >
            {pageWords.logs.download}
          </Button>
        </div>
        <LineList
          label={pageWords.deployment.log}
          className="h-[28rem]"
          count={count}
          empty={progress.ended || find !== '' ? pageWords.logs.noLines : pageWords.logs.waiting}
          renderLine={index => {
            const line = lines[chosen?.[index] ?? index]!
            const look =
              line.stream === 'platform' ? 'text-accent' : line.stream === 'stderr' ? 'text-warn' : ''
            return <AnsiLine text={line.text} find={wanted} className={look} />
          }}
        />
      </div>
    </div>
  )
}

interface StepsProps {
  steps: readonly Step[]
  chosen: string | undefined
  onChoose(step: string | undefined): void
}

function Steps({ steps, chosen, onChoose }: StepsProps) {
  if (steps.length === 0) return <div className="max-lg:hidden" />
  return (
    <ul aria-label={pageWords.deployment.steps} className="border-line py-2 max-lg:border-b lg:border-r">
      <StepRow
        name={pageWords.deployment.allSteps}
        chosen={chosen === undefined}
        onChoose={() => onChoose(undefined)}
      />
      {steps.map(({ name, title, state, durationMs, firstLine }) => (
        <StepRow
          key={`${name} ${firstLine}`}
          name={title}
          state={state}
          note={
            durationMs === undefined
              ? undefined
              : state === 'cached'
                ? pageWords.deployment.cached
                : duration(durationMs)
          }
          chosen={chosen === name}
          onChoose={() => onChoose(name)}
        />
      ))}
    </ul>
  )
}

interface StepRowProps {
  name: string
  state?: Step['state']
  note?: string | undefined
  chosen: boolean
  onChoose(): void
}

const DOTS: Record<Step['state'], string> = {
  started: 'bg-accent animate-pulse',
  succeeded: 'bg-good',
  cached: 'bg-good',
  failed: 'bg-bad',
}

function StepRow({ name, state, note, chosen, onChoose }: StepRowProps) {
  return (
    <li>
      <button
        type="button"
        aria-pressed={chosen}
        onClick={onChoose}
        className="flex w-full items-baseline gap-2.5 px-4 py-1.5 text-left text-sm hover:bg-canvas aria-pressed:bg-accent-soft"
      >
        <span
          aria-hidden
          className={classNames('size-2 shrink-0 rounded-full', state ? DOTS[state] : 'bg-line-strong')}
        />
        <bdi className="min-w-0 flex-1">{name}</bdi>
        {state === 'failed' && <span className="sr-only">{words.states.failed}</span>}
        {note && <span className="shrink-0 text-soft tabular-nums">{note}</span>}
      </button>
    </li>
  )
}

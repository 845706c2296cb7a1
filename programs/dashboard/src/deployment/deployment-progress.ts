/** What is known of a deployment from its event stream, step by step. Pure. */
import type { EventOf } from '../api/client.ts'

export type DeploymentEvent = EventOf<'deployments.events'>
type StepEvent = Extract<DeploymentEvent, { type: 'step' }>
type LogEvent = Extract<DeploymentEvent, { type: 'log' }>
export type LogStream = LogEvent['stream']

export interface Step {
  name: string
  title: string
  state: StepEvent['state']
  durationMs: number | undefined
  /** Index of its first line. */
  firstLine: number
}

/** Lines that stand together and belong to one step, or to none. */
export interface Run {
  /** Index into `steps`; -1 for what was said between them. */
  step: number
  firstLine: number
}

/**
 * A log can have hundreds of thousands of lines: its columns grow in place, and hold no object for each line. A new
 * `Progress` is made with every change.
 */
export interface Progress {
  steps: readonly Step[]
  runs: readonly Run[]
  texts: string[]
  streams: LogStream[]
  state: string | undefined
  ended: boolean
  /** How many steps and lines were told: where to go on after a break. */
  position: number
}

export function noProgress(): Progress {
  return { steps: [], runs: [], texts: [], streams: [], state: undefined, ended: false, position: 0 }
}

type Growing = Progress & { steps: Step[]; runs: Run[] }

export function addEvents(progress: Progress, events: readonly DeploymentEvent[]): Progress {
  const next = { ...progress, steps: [...progress.steps], runs: [...progress.runs] }
  for (const event of events) addEvent(next, event)
  return next
}

function addEvent(progress: Growing, event: DeploymentEvent): void {
  if (event.type === 'state') progress.state = event.state
  else if (event.type === 'step') addStep(progress, event)
  else if (event.type === 'log') addLine(progress, event)
  else if (event.type === 'end') {
    progress.state = event.state
    progress.ended = true
  }
}

function addStep(progress: Growing, event: StepEvent): void {
  const { steps, texts } = progress
  const { name, state, durationMs } = event
  progress.position += 1
  const at = steps.findLastIndex(step => step.name === name && step.state === 'started')
  if (state === 'started' || at === -1) {
    progress.runs.push({ step: steps.length, firstLine: texts.length })
    steps.push({ name, title: event.title ?? name, state, durationMs, firstLine: texts.length })
  } else {
    steps[at] = { ...steps[at]!, state, durationMs }
  }
}

function addLine(progress: Growing, { text, stream, step }: LogEvent): void {
  const { runs, steps, texts } = progress
  progress.position += 1
  const last = runs.at(-1)
  const isSame = last && (last.step === -1 ? step === undefined : steps[last.step]!.name === step)
  if (!isSame) {
    const of = step === undefined ? -1 : steps.findLastIndex(({ name }) => name === step)
    runs.push({ step: of, firstLine: texts.length })
  }
  texts.push(text)
  progress.streams.push(stream)
}

/** The lines that hold the words looked for (in lower case), by index. */
export function findLines(texts: readonly string[], find: string): readonly number[] {
  const found: number[] = []
  if (find === '') return found
  for (let index = 0; index < texts.length; index++) {
    if (texts[index]!.toLowerCase().includes(find)) found.push(index)
  }
  return found
}

const BAD = /\b(?:error|fatal|exception|panic|failed|cannot|not found|unexpected)\b|✗|\bERR!?/i

/** Where to look first when it failed: the first line of the failed step that complains, else its last one. */
export function failingLine({ steps, runs, texts, streams }: Progress): number | undefined {
  const failed = steps.findLastIndex(({ state }) => state === 'failed')
  if (failed === -1) return undefined
  const spans = runs.flatMap((run, at) =>
    run.step === failed ? [[run.firstLine, endOf(runs, at, texts.length)]] : [],
  )
  const lines = spans.flatMap(([from, to]) =>
    Array.from({ length: to! - from! }, (_, index) => from! + index),
  )
  const said = lines.filter(line => texts[line]!.trim() !== '')
  return (
    said.find(line => streams[line] === 'stderr' && BAD.test(texts[line]!)) ??
    said.find(line => BAD.test(texts[line]!)) ??
    said.at(-1)
  )
}

/** The line behind the last one of a run. */
export function endOf(runs: readonly Run[], at: number, lines: number): number {
  return runs[at + 1]?.firstLine ?? lines
}

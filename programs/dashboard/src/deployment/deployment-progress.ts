/** What is known of a deployment from its event stream, step by step. Pure. */
import type { EventOf } from '../api/client.ts'

export type DeploymentEvent = EventOf<'deployments.events'>
type StepEvent = Extract<DeploymentEvent, { type: 'step' }>
type LogEvent = Extract<DeploymentEvent, { type: 'log' }>

export interface Step {
  name: string
  title: string
  state: StepEvent['state']
  durationMs: number | undefined
  /** Index of its first line. */
  firstLine: number
}

export interface LogEntry {
  text: string
  stream: LogEvent['stream']
  step: string | undefined
  at: string
}

/** `lines` grows in place, since it can become very long; a new `Progress` is made with every change. */
export interface Progress {
  steps: readonly Step[]
  lines: LogEntry[]
  state: string | undefined
  ended: boolean
}

export function noProgress(): Progress {
  return { steps: [], lines: [], state: undefined, ended: false }
}

export function addEvents(progress: Progress, events: readonly DeploymentEvent[]): Progress {
  const next = { ...progress, steps: [...progress.steps] }
  for (const event of events) addEvent(next, event)
  return next
}

function addEvent(progress: Progress & { steps: Step[] }, event: DeploymentEvent): void {
  if (event.type === 'state') progress.state = event.state
  else if (event.type === 'step') addStep(progress, event)
  else if (event.type === 'log') {
    const { text, stream, step, at } = event
    progress.lines.push({ text, stream, step, at })
  } else if (event.type === 'end') {
    progress.state = event.state
    progress.ended = true
  }
}

function addStep({ steps, lines }: { steps: Step[]; lines: LogEntry[] }, event: StepEvent): void {
  const { name, state, durationMs } = event
  const at = steps.findLastIndex(step => step.name === name && step.state === 'started')
  if (state === 'started' || at === -1) {
    steps.push({ name, title: event.title ?? name, state, durationMs, firstLine: lines.length })
  } else {
    steps[at] = { ...steps[at]!, state, durationMs }
  }
}

/** The lines of one step, or all of them, that hold the words looked for; by index. */
export function chooseLines(
  lines: readonly LogEntry[],
  { find, step }: { find: string; step: string | undefined },
): readonly number[] | undefined {
  if (find === '' && step === undefined) return undefined
  const chosen: number[] = []
  lines.forEach((line, index) => {
    if (step !== undefined && line.step !== step) return
    if (line.text.toLowerCase().includes(find)) chosen.push(index)
  })
  return chosen
}

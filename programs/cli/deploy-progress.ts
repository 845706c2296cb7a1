import type { DeploymentEvent } from '@seaworthy/api'
import { duration, printable } from './output.ts'

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const FRAME_MS = 80

/** Shows a deployment while it happens: a spinner with timings on a terminal, plain lines in a pipe. */
export interface DeployProgress {
  event(event: DeploymentEvent): void
  /** A step of our own, before the platform has a deployment. */
  note(text: string): void
  end(): void
}

export function createDeployProgress(stream: NodeJS.WriteStream): DeployProgress {
  return stream.isTTY ? new TerminalProgress(stream) : new PlainProgress(stream)
}

class PlainProgress implements DeployProgress {
  readonly #stream: NodeJS.WritableStream

  constructor(stream: NodeJS.WritableStream) {
    this.#stream = stream
  }

  event(event: DeploymentEvent): void {
    if (event.type === 'log') this.note(`  ${printable(event.text)}`)
    if (event.type === 'step' && event.state === 'started')
      this.note(`> ${printable(event.title ?? event.name)}`)
    if (event.type === 'step' && event.state !== 'started')
      this.note(`${mark(event.state)} ${event.name} (${endOf(event)})`)
  }

  note(text: string): void {
    this.#stream.write(`${text}\n`)
  }

  end(): void {}
}

/** The running step turns on the last line; what is done scrolls up above it. */
class TerminalProgress implements DeployProgress {
  readonly #stream: NodeJS.WriteStream
  #current: { title: string; startedAt: number } | undefined
  #frame = 0
  #timer: NodeJS.Timeout | undefined

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  event(event: DeploymentEvent): void {
    if (event.type === 'log') this.#above(`\u001b[2m  ${printable(event.text)}\u001b[22m`)
    if (event.type !== 'step') return
    if (event.state === 'started') this.#begin(event.title ?? event.name)
    else this.#finish(event)
  }

  note(text: string): void {
    this.#above(text)
  }

  end(): void {
    clearInterval(this.#timer)
    this.#clearLine()
    this.#current = undefined
  }

  #begin(title: string): void {
    this.#current = { title: printable(title), startedAt: performance.now() }
    this.#timer ??= setInterval(() => this.#draw(), FRAME_MS)
    this.#draw()
  }

  #finish(event: Extract<DeploymentEvent, { type: 'step' }>): void {
    const title = this.#current?.title ?? event.name
    this.#current = undefined
    const colour = event.state === 'failed' ? 31 : 32
    this.#above(`\u001b[${colour}m${mark(event.state)}\u001b[39m ${title} \u001b[2m${endOf(event)}\u001b[22m`)
  }

  #above(text: string): void {
    this.#clearLine()
    this.#stream.write(`${text}\n`)
    this.#draw()
  }

  #draw(): void {
    if (!this.#current) return
    this.#frame = (this.#frame + 1) % FRAMES.length
    const time = duration(performance.now() - this.#current.startedAt)
    const room = Math.max(10, (this.#stream.columns ?? 80) - time.length - 6)
    this.#clearLine()
    this.#stream.write(`${FRAMES[this.#frame]} ${this.#current.title.slice(0, room)} ${time}`)
  }

  #clearLine(): void {
    this.#stream.write('\r\u001b[K')
  }
}

function mark(state: Extract<DeploymentEvent, { type: 'step' }>['state']): string {
  return state === 'failed' ? '✗' : '✓'
}

function endOf(event: Extract<DeploymentEvent, { type: 'step' }>): string {
  const time = event.durationMs === undefined ? '' : duration(event.durationMs)
  if (event.state === 'cached') return time ? `from cache, ${time}` : 'from cache'
  return event.state === 'failed' ? `failed after ${time}` : time
}

import type { BuildLogWriter } from '../builder.ts'
import { LineCutter } from '../line-cutter.ts'
import type { BuildMessage } from './build-request.ts'
import { readBuildKitStatus } from './buildkit-status.ts'

/** A step of the engine's build, as the Dockerfile has it. */
export interface DockerfileStep {
  /** `RUN npm ci` */
  text: string
  /** In the user's file. Undefined for a line that the platform added, which the log does not show. */
  line?: number
}

export interface BuildOutputOptions {
  log: BuildLogWriter
  /** All steps that the engine counts. */
  steps: readonly DockerfileStep[]
  maxBytes: number
}

const KEPT_LINES = 200
/** The classic builder marks what a command wrote to stderr with a colour. */
const STDERR_MARK = '\u001b[91m'
const STDERR_END = '\u001b[0m'

/** Reads what the engine says of a build: writes the log, and remembers what an explanation needs. */
export class BuildOutput {
  /** Newest last. */
  readonly lastLines: string[] = []
  /** The image that was made. */
  imageId: string | undefined
  /** Why the engine gave up. */
  failure: { code?: number; message: string } | undefined
  isTooLarge = false
  /** Whether each step was found in the layer cache. */
  isCached = true
  #step: DockerfileStep | undefined
  #bytes = 0
  #isAfterNotice = false
  readonly #options: BuildOutputOptions
  readonly #stdout: LineCutter
  readonly #stderr: LineCutter
  /** By vertex: BuildKit runs several steps at once. */
  readonly #vertices = new Map<string, LineCutter>()

  constructor(options: BuildOutputOptions) {
    this.#options = options
    this.#stdout = this.#cutter('stdout')
    this.#stderr = this.#cutter('stderr')
  }

  /** The step that runs, or ran last. */
  get step(): DockerfileStep | undefined {
    return this.#step
  }

  take(message: BuildMessage): void {
    if (message.error !== undefined || message.errorDetail) this.#fail(message)
    else if (message.id === 'moby.buildkit.trace') this.#takeStatus(String(message.aux))
    else if (isImage(message.aux)) this.imageId = message.aux.ID
    else if (message.stream !== undefined) this.#takeText(message.stream)
  }

  end(): void {
    for (const cutter of [this.#stdout, this.#stderr, ...this.#vertices.values()]) cutter.end()
  }

  #fail({ error, errorDetail }: BuildMessage): void {
    this.failure = {
      code: errorDetail?.code,
      message: errorDetail?.message ?? error ?? 'the engine gave no reason',
    }
  }

  #takeText(text: string): void {
    if (this.#takeNotice(text)) return
    const endsNotice = this.#isAfterNotice && text === '\n'
    this.#isAfterNotice = false
    if (endsNotice) return
    const isStderr = text.startsWith(STDERR_MARK)
    this.#count(text)
    if (isStderr) this.#stderr.take(withoutEnd(text.slice(STDERR_MARK.length)))
    else this.#stdout.take(text)
  }

  /** `Step 2/5 : RUN npm ci`, ` ---> Using cache`, ` ---> Running in …`: the builder's own words. */
  #takeNotice(text: string): boolean {
    const [, number] = /^Step (\d+)\/\d+ : /.exec(text) ?? []
    if (number !== undefined) {
      this.end()
      this.#step = this.#options.steps[Number(number) - 1]
      if (this.#step?.line) this.#remark(this.#step.text)
      this.#isAfterNotice = true
      return true
    }
    if (/^ ---> Using cache/.test(text) && this.#step?.line) this.#remark('  (unchanged, from the cache)')
    if (/^ ---> Running in/.test(text) && this.#step?.line) this.isCached = false
    return /^( ---> |Removing intermediate container |Successfully (built|tagged) )/.test(text)
  }

  #takeStatus(aux: string): void {
    const { vertices, logs } = readBuildKitStatus(aux)
    for (const { name, isStarted, isCompleted, isCached, error } of vertices) {
      if (isStarted && !isCompleted && !isCached) this.#remark(name)
      if (isCached) this.#remark(`${name}  (unchanged, from the cache)`)
      else if (isStarted && / RUN /.test(name)) this.isCached = false
      if (error) this.#step = { text: name }
    }
    for (const { vertex, stream, text } of logs) {
      this.#count(text)
      const key = `${vertex} ${stream}`
      const cutter = this.#vertices.get(key) ?? this.#cutter(stream)
      this.#vertices.set(key, cutter)
      cutter.take(text)
    }
  }

  #count(text: string): void {
    this.#bytes += text.length
    if (this.#bytes > this.#options.maxBytes) this.isTooLarge = true
  }

  #remark(text: string): void {
    this.#options.log.line(text.slice(0, 500), 'platform')
  }

  #cutter(stream: 'stdout' | 'stderr'): LineCutter {
    return new LineCutter((line, options) => {
      this.#options.log.line(line, stream, options)
      if (line.trim() === '') return
      this.lastLines.push(line)
      if (this.lastLines.length > KEPT_LINES) this.lastLines.shift()
    })
  }
}

function withoutEnd(text: string): string {
  return text.endsWith(STDERR_END) ? text.slice(0, -STDERR_END.length) : text
}

function isImage(aux: unknown): aux is { ID: string } {
  return typeof (aux as { ID?: unknown } | undefined)?.ID === 'string'
}

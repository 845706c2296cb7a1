import type { CommandExit, CommandHandle, Sandbox } from '@seaworthy/sandbox'
import { BuildStrain } from '../build-strain.ts'
import type { BuildSpec } from '../builder.ts'
import { BuildFailed } from '../errors.ts'
import type { BuildSteps } from './build-steps.ts'
import { DiskWatch } from './disk-watch.ts'

const LOOK_MS = 1_000
/** Looking at each open file costs more than asking for the memory. */
const LOOKS_PER_EXAMINATION = 3
const MB = 1_048_576

export interface UsageWatchOptions {
  sandbox: Sandbox
  spec: Pick<BuildSpec, 'observe' | 'limits'>
  handle: CommandHandle
  steps: BuildSteps
  /** The work tree. */
  directory: string
  /** Of all that the build has on the disk. */
  maxBytes: number
}

/**
 * Looks once a second at what a command of a build uses: lets it go on as fast as it may, says what limits it runs into,
 * and when it has taken too much of the disk.
 */
export class UsageWatch {
  readonly #options: UsageWatchOptions
  readonly #disk: DiskWatch
  readonly #strain: BuildStrain
  readonly #tooMuch = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #looks = 0
  #cpuShare = 1

  constructor(options: UsageWatchOptions) {
    this.#options = options
    this.#disk = new DiskWatch(options)
    this.#strain = new BuildStrain({ remark: text => options.steps.remark(text) })
  }

  /** Aborts, with the error as its reason, once the command has written more than it may. */
  get tooMuch(): AbortSignal {
    return this.#tooMuch.signal
  }

  start(): void {
    this.#timer = setTimeout(() => {
      this.#look()
        .catch(() => undefined) // it has ended
        .finally(() => this.#timer && this.start())
    }, LOOK_MS)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** One look more, before the command is stopped: what it used by then. */
  async lookBeforeStop(): Promise<void> {
    this.stop()
    this.#strain.take(await this.#options.sandbox.examine(this.#options.handle))
  }

  /** Says what is known only at the end. */
  tellEnd({ remains, oomKilled }: CommandExit, { wasStopped }: { wasStopped: boolean }): void {
    if (!remains) return
    const { refusedProcesses, throttledMs, killedProcesses } = remains
    // The failure itself tells when it was the whole command that was killed.
    const memoryKills = oomKilled ? 0 : remains.memoryKills
    this.#strain.take({ refusedProcesses, memoryKills, cpuWaitMs: throttledMs })
    this.#strain.finish({ killedProcesses, wasStopped })
  }

  async #look(): Promise<void> {
    this.#looks += 1
    await this.#options.sandbox.spareCpu(this.#options.handle, true) // at each look: a fork bomb is let go again
    await this.#keepPace()
    if (this.#looks % LOOKS_PER_EXAMINATION === 0) await this.#tellStrain()
    await this.#watchDisk()
  }

  async #keepPace(): Promise<void> {
    const { sandbox, handle, spec } = this.#options
    if (!spec.observe) return
    const { memoryBytes } = await sandbox.sample(handle)
    if (!this.#timer) return
    const { cpuShare } = spec.observe({ memoryBytes })
    if (cpuShare === this.#cpuShare) return
    this.#cpuShare = cpuShare
    await sandbox.setPace(handle, { cpuShare, cpus: spec.limits.cpus })
  }

  async #tellStrain(): Promise<void> {
    const findings = await this.#options.sandbox.examine(this.#options.handle)
    if (this.#timer) this.#strain.take(findings)
  }

  async #watchDisk(): Promise<void> {
    const { sandbox, handle, steps, maxBytes: configured } = this.#options
    const beyond = await this.#disk.look(async () => (await sandbox.examine(handle)).diskBytes)
    if (!beyond || !this.#timer) return
    const isConfigured = beyond.maxBytes === configured
    this.#tooMuch.abort(wroteTooMuch(steps.current, { ...beyond, isConfigured }))
  }
}

function wroteTooMuch(
  step: string,
  { takenBytes, maxBytes, isConfigured }: { takenBytes: number; maxBytes: number; isConfigured: boolean },
): BuildFailed {
  const limit = `${Math.round(maxBytes / MB)} MB`
  const taken = `${Math.round(takenBytes / MB)} MB`
  return new BuildFailed(
    isConfigured
      ? `The step "${step}" was stopped: it wrote more than ${limit}. The build has ${taken} on the disk.`
      : `The step "${step}" was stopped: with ${taken} it was about to fill the disk of the server.`,
    {
      step,
      exitCode: null,
      lastLines: [],
      hint: isConfigured ? 'Make the build write less.' : 'Free space on the server.',
    },
  )
}

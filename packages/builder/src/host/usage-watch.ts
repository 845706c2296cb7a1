import type { CommandHandle, Sandbox } from '@seaworthy/sandbox'
import type { BuildSpec } from '../builder.ts'

const LOOK_MS = 1_000

export interface UsageWatchOptions {
  sandbox: Sandbox
  spec: Pick<BuildSpec, 'observe' | 'limits'>
  handle: CommandHandle
}

/** Tells once a second what a command of a build uses, and lets it go on as fast as it may. */
export class UsageWatch {
  readonly #options: UsageWatchOptions
  #timer: NodeJS.Timeout | undefined
  #cpuShare = 1

  constructor(options: UsageWatchOptions) {
    this.#options = options
  }

  start(): void {
    if (!this.#options.spec.observe) return
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

  async #look(): Promise<void> {
    const { sandbox, handle, spec } = this.#options
    const { memoryBytes } = await sandbox.sample(handle)
    if (!this.#timer) return
    const { cpuShare } = spec.observe!({ memoryBytes })
    if (cpuShare === this.#cpuShare) return
    this.#cpuShare = cpuShare
    await sandbox.setPace(handle, { cpuShare, cpus: spec.limits.cpus })
  }
}

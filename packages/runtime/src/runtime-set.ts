import type { RunnableArtifact, Runtime } from './runtime.ts'

export type RuntimeKind = 'process' | 'docker'

/** Which driver starts what. `auto`: trees as processes, which start faster and cost less; images by Docker. */
export type RuntimeChoice = 'auto' | RuntimeKind

export interface RuntimeSetOptions {
  choice: RuntimeChoice
  process: Runtime
  docker: Runtime
}

/**
 * The drivers of this platform. Each instance stays with the driver that started it, whatever the choice is later, so
 * the choice can be changed while instances run.
 */
export class RuntimeSet {
  readonly choice: RuntimeChoice
  readonly #drivers: Record<RuntimeKind, Runtime>

  constructor({ choice, process, docker }: RuntimeSetOptions) {
    this.choice = choice
    this.#drivers = { process, docker }
  }

  /** The driver for a new instance. */
  kindFor(artifact: RunnableArtifact['kind']): RuntimeKind {
    if (this.choice !== 'auto') return this.choice
    return artifact === 'image' ? 'docker' : 'process'
  }

  /** The driver of an instance, by the kind in its row. */
  of(kind: string): Runtime {
    return this.#drivers[kind === 'docker' ? 'docker' : 'process']
  }

  /** As `Runtime.sweep`, of all drivers. */
  async sweep(keepIds: readonly string[]): Promise<void> {
    await Promise.all(Object.values(this.#drivers).map(driver => driver.sweep(keepIds)))
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#drivers).map(driver => driver.close()))
  }
}

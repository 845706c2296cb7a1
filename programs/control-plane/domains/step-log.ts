import type { Clock } from '../store/clock.ts'
import type { DomainStep } from './domain-settings.ts'
import type { Domains } from './domains.ts'

/** What is done for a domain, step by step, where its owner can read along. */
export class StepLog {
  readonly #options: { domains: Pick<Domains, 'writeSteps'>; domainId: string; clock: Pick<Clock, 'now'> }
  #steps: DomainStep[] = []

  constructor(options: {
    domains: Pick<Domains, 'writeSteps'>
    domainId: string
    clock: Pick<Clock, 'now'>
  }) {
    this.#options = options
  }

  /** Forgets what an earlier attempt said. */
  async begin(): Promise<void> {
    this.#steps = []
    await this.#save()
  }

  /** A step that is there already is replaced. */
  async add(step: Omit<DomainStep, 'at'>): Promise<void> {
    const { name, state, message } = step
    const entry = { name, state, message, at: this.#options.clock.now() }
    this.#steps = [...this.#steps.filter(earlier => earlier.name !== name), entry]
    await this.#save()
  }

  /** The step that runs did not succeed. */
  async fail(message: string): Promise<void> {
    const running = this.#steps.find(({ state }) => state === 'running')
    if (running) await this.add({ name: running.name, state: 'failed', message })
  }

  get steps(): readonly DomainStep[] {
    return this.#steps
  }

  async #save(): Promise<void> {
    const { domains, domainId } = this.#options
    await domains.writeSteps(domainId, this.#steps)
  }
}

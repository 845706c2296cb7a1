import type { Clock } from '../store/clock.ts'
import type { DomainStep, StepName } from './domain-settings.ts'
import type { Domains } from './domains.ts'

export interface StepLogOptions {
  domains: Pick<Domains, 'writeSteps'>
  domainId: string
  clock: Pick<Clock, 'now'>
  /** What was said before and stays until it is said anew. */
  earlier?: readonly DomainStep[]
}

/** The order in which things are done, whatever order they are told in. */
const ORDER: readonly StepName[] = ['dns', 'reach', 'caa', 'order', 'certificate']

const PLANS: Record<StepName, string> = {
  dns: 'Will look at what DNS says.',
  reach: 'Will see whether port 80 leads here.',
  caa: 'Will look whether CAA records allow the authority.',
  order: 'Will ask the authority for a certificate.',
  certificate: 'Will give the certificate to the edge.',
}

/** What is done for a domain, step by step, where its owner can read along. */
export class StepLog {
  readonly #options: StepLogOptions
  #steps: DomainStep[]

  constructor(options: StepLogOptions) {
    this.#options = options
    this.#steps = [...(options.earlier ?? [])]
  }

  /** Forgets what an earlier attempt said, and tells what is to come. */
  async begin(): Promise<void> {
    const at = this.#options.clock.now()
    this.#steps = ORDER.map(name => ({ name, state: 'waiting', message: PLANS[name], at }))
    await this.#save()
  }

  /** A step that is there already is replaced. */
  async add(step: Omit<DomainStep, 'at'>): Promise<void> {
    const { name, state, message, todo, seen } = step
    const entry = {
      ...{ name, state, message, at: this.#options.clock.now() },
      ...(todo !== undefined && { todo }),
      ...(seen && { seen }),
    }
    this.#steps = [...this.#steps.filter(earlier => earlier.name !== name), entry].sort(
      (one, other) => ORDER.indexOf(one.name) - ORDER.indexOf(other.name),
    )
    await this.#save()
  }

  /** A step that will not be done after all. */
  async skip(name: StepName): Promise<void> {
    this.#steps = this.#steps.filter(step => step.name !== name)
    await this.#save()
  }

  /** Nothing more is to be done, because of this. */
  async done({ name, message }: Pick<DomainStep, 'name' | 'message'>): Promise<void> {
    this.#steps = this.#steps.filter(({ state }) => state === 'ok' || state === 'warning')
    await this.add({ name, state: 'ok', message })
  }

  /** Nothing more is done. Unless a step has said so, the one that runs did not succeed, or else the order. */
  async fail(message: string): Promise<void> {
    const running = this.#steps.find(({ state }) => state === 'running')
    const isTold = this.#steps.some(({ state }) => state === 'failed')
    this.#steps = this.#steps.filter(({ state }) => state !== 'waiting')
    if (running || !isTold) await this.add({ name: running?.name ?? 'order', state: 'failed', message })
    else await this.#save()
  }

  async #save(): Promise<void> {
    const { domains, domainId } = this.#options
    await domains.writeSteps(domainId, this.#steps)
  }
}

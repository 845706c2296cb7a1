import { internalHost } from '@seaworthy/routes'
import type { TrafficSettings } from '@seaworthy/routes/settings'
import type { EdgeClient } from '../edge/edge-client.ts'
import type { ReleaseSettings } from '../releases/release-settings.ts'
import type { AppRow } from '../store/schema.ts'

export interface InternalCallsOptions {
  traffic: { effective(app: AppRow, settings: ReleaseSettings): Promise<TrafficSettings> }
  edge: Pick<EdgeClient, 'status'>
}

/** What an instance needs to reach the apps that its own may call. */
export interface InternalNames {
  /** Name → address, to be looked up. */
  hosts: Record<string, string>
  /** `SEAWORTHY_INTERNAL_URL_API`: with the port, where that is not 80. */
  env: Record<string, string>
}

const HTTP_PORT = 80

/** Gives an instance the names of the apps that its own names in `calls`. */
export class InternalCalls {
  readonly #options: InternalCallsOptions

  constructor(options: InternalCallsOptions) {
    this.#options = options
  }

  /** Nothing where the app calls nobody, or where the edge answers to no internal names. */
  async namesFor(app: AppRow, settings: ReleaseSettings): Promise<InternalNames> {
    const { calls = [] } = await this.#options.traffic.effective(app, settings)
    const names: InternalNames = { hosts: {}, env: {} }
    if (calls.length === 0) return names
    const { internal } = await this.#options.edge.status()
    if (!internal) return names
    for (const slug of calls) {
      const host = internalHost(slug)
      const port = internal.port === HTTP_PORT ? '' : `:${internal.port}`
      names.hosts[host] = internal.host
      names.env[urlVariable(slug)] = `http://${host}${port}`
    }
    return names
  }
}

function urlVariable(slug: string): string {
  return `SEAWORTHY_INTERNAL_URL_${slug.toUpperCase().replaceAll('-', '_')}`
}

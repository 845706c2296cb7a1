import type { RouteTable } from '@seaworthy/routes'
import type { Deadlines } from '../proxy/deadlines.ts'
import type { DispatcherOptions } from '../proxy/dispatcher.ts'
import type { TlsUpdate } from '../tls/edge-tls.ts'
import type { TicketKey } from '../tls/ticket-keys.ts'
import type { HttpsListener } from './https-listener.ts'
import type { TableUpdate, WorkerReport, WorkerStart } from './worker-messages.ts'

export interface HttpsSwitchOptions {
  start: WorkerStart
  deadlines: Deadlines
  /** What the dispatchers of all listeners share. */
  dispatching: Omit<DispatcherOptions, 'scheme' | 'port'>
  report(report: WorkerReport): void
}

/** HTTPS of one thread: nothing of it is loaded before a table needs it. `off → on → draining`. */
export class HttpsSwitch {
  readonly #options: HttpsSwitchOptions
  #listener: HttpsListener | undefined
  #isListening = false
  #isDraining = false
  /** Updates take effect one after the other. */
  #last: Promise<void> = Promise.resolve()

  constructor(options: HttpsSwitchOptions) {
    this.#options = options
  }

  /** Resolves once handshakes are by the table. A port that cannot be had is reported: HTTP goes on. */
  update(update: TableUpdate): Promise<void> {
    this.#last = this.#last.then(() => this.#update(update))
    return this.#last
  }

  changeTicketKeys(keys: readonly TicketKey[]): void {
    this.#listener?.changeTicketKeys(keys)
  }

  /** Resolves once the last connection is gone. */
  async stopListening(): Promise<void> {
    this.#isDraining = true
    await this.#last
    if (this.#isListening) await this.#listener?.stopListening()
  }

  closeIdle(): void {
    this.#listener?.closeIdle()
  }

  async #update({ table, tls }: TableUpdate): Promise<void> {
    if (!tls) return
    if (this.#listener) this.#listener.update(table, tls)
    else this.#listener = await this.#create(table, tls)
    if (this.#isListening || this.#isDraining) return
    try {
      await this.#listener.listen()
      this.#isListening = true
    } catch (error) {
      this.#failed(error as Error)
    }
  }

  async #create(table: RouteTable, tls: TlsUpdate): Promise<HttpsListener> {
    const { start, deadlines, dispatching } = this.#options
    const { host, httpsPort: port, tlsMinVersion: minVersion, limits } = start
    const { HttpsListener } = await import('./https-listener.ts')
    const onMissing = (name: string) => this.#options.report({ kind: 'certificate-missing', host: name })
    return new HttpsListener({
      ...{ host, port, minVersion, limits, deadlines, dispatching },
      ...{ table, tls, onMissing },
    })
  }

  #failed(error: Error): void {
    const fields = JSON.stringify({ port: this.#options.start.httpsPort, error: error.message })
    this.#options.report({ kind: 'problem', message: 'HTTPS cannot be served by this thread', fields })
  }
}

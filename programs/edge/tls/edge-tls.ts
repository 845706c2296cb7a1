import type { RouteTable } from '@seaworthy/routes'
import type { EdgeConfig } from '../config.ts'
import type { EdgeLog } from '../edge-log.ts'
import { ensurePortIsOurs } from '../port-check.ts'
import type { BrokenCertificate, CertificateFiles, CertificateMaterial } from './certificate-files.ts'
import type { TicketKey, TicketKeys } from './ticket-keys.ts'

/** What workers need to serve HTTPS. */
export interface TlsUpdate {
  /** Certificates that the workers do not have yet. */
  added: CertificateMaterial[]
  /** Key and certificate for names that have none, PEM. */
  fallbackPem: string
  /** Newest first. */
  ticketKeys: readonly TicketKey[]
}

export interface EdgeTlsOptions {
  config: EdgeConfig
  /** Of the edge that may have the port now. */
  controlSocket: string
  ticketKeysFile: string
  log: EdgeLog
  onBroken(certificate: BrokenCertificate): void
  onTicketKeys(keys: readonly TicketKey[]): void
  /** The HTTPS port could not be had; it is time to try again. */
  onRetry(): void
}

const RETRY_MS = 5_000
/** A name that never exists (RFC 6761): nobody can take the certificate for one of an app. */
const FALLBACK_HOST = 'seaworthy-edge.invalid'

interface Opened {
  files: CertificateFiles
  ticketKeys: TicketKeys
  fallbackPem: string
}

/**
 * What the main thread does for HTTPS: reads certificates, keeps the keys of sessions. All of it is loaded with the first
 * table that has a certificate or a TLS-ALPN challenge: an edge without any stays as small as it was. `closed → open`.
 */
export class EdgeTls {
  readonly #options: EdgeTlsOptions
  #opened: Opened | undefined
  #toldUnavailable = false

  constructor(options: EdgeTlsOptions) {
    this.#options = options
  }

  /** Whether workers were told to serve HTTPS. */
  get isOpen(): boolean {
    return this.#opened !== undefined
  }

  /**
   * Makes ready what the first table of this process needs; undefined where that is nothing.
   * @throws {Error} naming the HTTPS port, where another program has it
   */
  async start(table: RouteTable): Promise<TlsUpdate | undefined> {
    if (!wantsTls(table)) return undefined
    await this.#checkPort()
    return await this.#open(table)
  }

  /** The same for a table that was pushed. A port that cannot be had is logged and tried again: HTTP goes on. */
  async update(table: RouteTable): Promise<TlsUpdate | undefined> {
    if (this.#opened) return await this.#refresh(this.#opened, table)
    if (!wantsTls(table)) return undefined
    try {
      await this.#checkPort()
    } catch (error) {
      this.#unavailable(error as Error)
      return undefined
    }
    return await this.#open(table)
  }

  /** All of it, for a worker that starts. */
  everything(): TlsUpdate | undefined {
    if (!this.#opened) return undefined
    const { files, ticketKeys, fallbackPem } = this.#opened
    return { added: files.all(), ticketKeys: ticketKeys.start(), fallbackPem }
  }

  async #open(table: RouteTable): Promise<TlsUpdate> {
    const [{ CertificateFiles }, { TicketKeys }, { makeSelfSigned }] = await Promise.all([
      import('./certificate-files.ts'),
      import('./ticket-keys.ts'),
      import('./self-signed.ts'),
    ])
    const { ticketKeysFile, log, onTicketKeys } = this.#options
    const opened = {
      files: new CertificateFiles(),
      ticketKeys: new TicketKeys({ file: ticketKeysFile, log, onChanged: onTicketKeys }),
      fallbackPem: makeSelfSigned({ host: FALLBACK_HOST }),
    }
    const update = await this.#refresh(opened, table)
    this.#opened = opened
    return update
  }

  async #refresh({ files, ticketKeys, fallbackPem }: Opened, table: RouteTable): Promise<TlsUpdate> {
    const { added, broken } = await files.read(table)
    const { log, onBroken } = this.#options
    for (const certificate of broken) {
      log.error({ ...certificate }, 'a certificate cannot be used, its hosts are served without')
      onBroken(certificate)
    }
    return { added, fallbackPem, ticketKeys: ticketKeys.start() }
  }

  #checkPort(): Promise<void> {
    const { config, controlSocket } = this.#options
    const setting = 'SEAWORTHY_HTTPS_PORT'
    return ensurePortIsOurs({ host: config.host, port: config.httpsPort, setting, controlSocket })
  }

  #unavailable(error: Error): void {
    const { log, onRetry } = this.#options
    if (!this.#toldUnavailable) log.error({ error: error.message }, 'HTTPS cannot be served yet')
    this.#toldUnavailable = true
    setTimeout(onRetry, RETRY_MS).unref()
  }
}

function wantsTls({ certificates = [], challenges = [] }: RouteTable): boolean {
  return certificates.length > 0 || challenges.some(({ type }) => type === 'tls-alpn-01')
}

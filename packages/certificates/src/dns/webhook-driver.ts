import { createHmac } from 'node:crypto'
import { AppError } from '@seaworthy/kit'
import { certificateErrors } from '../errors.ts'
import type { AddressGuard } from '../net/address-guard.ts'
import { exchange } from '../net/http-exchange.ts'
import type { DnsDriver, TextRecord } from './dns-driver.ts'

export interface WebhookOptions extends AddressGuard {
  url: string
  /** Shared with whoever answers at the URL. */
  secret: string
  /** PEM of an authority besides the usual ones. */
  ca?: string
  timeoutMs?: number
}

const TIMEOUT_MS = 30_000
/** What an answer may say about a failure is for the logs of its own side. */
const MAX_ANSWER_BYTES = 65_536

/**
 * Asks a program of the domain's owner: `POST {"action":"add"|"remove","name":…,"value":…,"type":"TXT"}`, with
 * `Seaworthy-Signature: t=<seconds>,v1=<hex>`, where `v1` is the HMAC-SHA256 of `<seconds>.<body>`. Any 2xx is done.
 */
export function webhookDriver(options: WebhookOptions): DnsDriver {
  return {
    kind: 'webhook',
    addText: (record, signal) => tell(options, 'add', record, signal),
    removeText: (record, signal) => tell(options, 'remove', record, signal),
  }
}

/** The value of the signature header. */
export function webhookSignature(secret: string, body: string, atSeconds: number): string {
  const hex = createHmac('sha256', secret).update(`${atSeconds}.${body}`).digest('hex')
  return `t=${atSeconds},v1=${hex}`
}

async function tell(
  options: WebhookOptions,
  action: 'add' | 'remove',
  { name, value }: TextRecord,
  signal?: AbortSignal,
): Promise<void> {
  const body = JSON.stringify({ action, type: 'TXT', name, value })
  const status = await post(options, body, signal)
  if (status < 200 || status > 299) throw failed(options, `it answered ${status}`)
}

async function post(
  { url, secret, ca, timeoutMs, mayReach, lookup }: WebhookOptions,
  body: string,
  signal?: AbortSignal,
): Promise<number> {
  const headers = {
    'content-type': 'application/json',
    'seaworthy-signature': webhookSignature(secret, body, Math.floor(Date.now() / 1000)),
  }
  try {
    const answer = await exchange({
      url,
      method: 'POST',
      headers,
      body,
      timeoutMs: timeoutMs ?? TIMEOUT_MS,
      maxBytes: MAX_ANSWER_BYTES,
      ca,
      signal,
      mayReach,
      lookup,
    })
    return answer.status
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    const { code, message } = cause as NodeJS.ErrnoException
    throw failed({ url }, code ?? message, cause)
  }
}

/** Names the host alone: people put keys into paths. */
function failed({ url }: Pick<WebhookOptions, 'url'>, problem: string, cause?: unknown): Error {
  return certificateErrors.dns_webhook_failed({ server: new URL(url).host, problem }, { cause })
}

import type { RequestRecord } from '../proxy/request-record.ts'
import type { LogFile } from './log-file.ts'

/**
 * One JSON line for each request (or for a sample): time, request id, who asked for what, and what became of it.
 * The query is left out, because it holds tokens and personal data; so are all headers but the user agent.
 * `ms` runs until the end of the answer, `headMs` until its headers.
 */
export class AccessLog {
  readonly #file: LogFile | undefined
  readonly #sampleRate: number
  #second = 0
  #secondText = ''

  constructor({ file, sampleRate }: { file: LogFile | undefined; sampleRate: number }) {
    this.#file = sampleRate > 0 ? file : undefined
    this.#sampleRate = sampleRate
  }

  write(record: RequestRecord): void {
    if (!this.#file || (this.#sampleRate < 1 && Math.random() >= this.#sampleRate)) return
    const { route, latencyMs } = record
    const query = record.url.indexOf('?')
    const path = query === -1 ? record.url : record.url.slice(0, query)
    let line = `{"time":"${this.#time()}","id":"${record.id}","ip":"${record.ip}","method":"${record.method}"`
    line += `,"host":${quote(record.host)},"path":${quote(path)},"status":${record.status}`
    line += `,"bytesIn":${record.bytesIn},"bytesOut":${record.bytesOut}`
    line += `,"ms":${round(performance.now() - record.startedAt)}`
    if (latencyMs !== undefined) line += `,"headMs":${round(latencyMs)}`
    if (route) line += `,"app":${quote(route.appId)},"release":${quote(route.release)}`
    if (record.targetId !== '') line += `,"target":${quote(record.targetId)}`
    if (record.userAgent !== undefined) line += `,"agent":${quote(record.userAgent)}`
    this.#file.append(`${line}}\n`)
  }

  /** ISO 8601 in UTC; the part down to the second is made once a second. */
  #time(): string {
    const now = Date.now()
    const second = Math.floor(now / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#secondText = new Date(second * 1000).toISOString().slice(0, 20)
    }
    const ms = now - second * 1000
    return `${this.#secondText}${ms < 10 ? '00' : ms < 100 ? '0' : ''}${ms}Z`
  }
}

/** Visible ASCII without quote and backslash needs no escaping, and is nearly all there is. */
const PLAIN = /^[ !\x23-\x5b\x5d-\x7e]*$/

function quote(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text)
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

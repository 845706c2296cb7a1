import { type AddressDetail, keptAddress } from '@seaworthy/routes'
import type { RequestRecord } from '../proxy/request-record.ts'
import { scrubQuery } from './scrub-query.ts'

export interface LineOptions {
  /** ISO 8601. */
  time: string
  /** Milliseconds that the request took. */
  ms: number
  /** As `appFields` makes them; empty for what no app was asked for. */
  appFields: string
  addresses: AddressDetail
  queries: boolean
}

const LONGEST_REFERRER = 500

/** A `RequestLine` as JSON text. By hand, because it is made for each request. */
export function requestLineText(record: RequestRecord, options: LineOptions): string {
  const { url, latencyMs, headers } = record
  const question = url.indexOf('?')
  const path = question === -1 ? url : url.slice(0, question)
  const ip = options.addresses === 'whole' ? record.ip : keptAddress(record.ip, options.addresses)
  let line = `{"time":"${options.time}","id":"${record.id}","ip":"${ip}","method":"${record.method}"`
  line += `,"host":${quote(record.host)},"path":${quote(path)},"status":${record.status}`
  line += `,"bytesIn":${record.bytesIn},"bytesOut":${record.bytesOut},"ms":${round(options.ms)}`
  if (latencyMs !== undefined) line += `,"headMs":${round(latencyMs)}`
  line += `,"protocol":"${record.protocol}"${options.appFields}`
  if (record.targetId !== '') line += `,"target":${quote(record.targetId)}`
  if (record.cache !== '') line += `,"cache":${quote(record.cache)}`
  if (question !== -1 && options.queries) line += `,"query":${quote(scrubQuery(url.slice(question + 1)))}`
  const agent = headers['user-agent']
  if (agent !== undefined) line += `,"agent":${quote(agent)}`
  const referrer = headers.referer
  if (referrer !== undefined) line += `,"referrer":${quote(withoutQuery(referrer))}`
  return `${line}}`
}

/** The fields that are the same for all requests of a route. */
export function appFields(route: { appId: string; release: string; process: string }): string {
  return `,"app":${quote(route.appId)},"release":${quote(route.release)},"process":${quote(route.process)}`
}

/** Visible ASCII without quote and backslash needs no escaping, and is nearly all there is. */
const PLAIN = /^[ !\x23-\x5b\x5d-\x7e]*$/

function quote(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text)
}

function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

/** What led here may have had a token in its own query. */
function withoutQuery(referrer: string): string {
  const end = referrer.search(/[?#]/)
  return (end === -1 ? referrer : referrer.slice(0, end)).slice(0, LONGEST_REFERRER)
}

import type { AuditEntry, AuditVerdict } from '@seaworthy/api'
import type { ChainHead } from '@seaworthy/kit/hash-chain'
import type { Actor } from '../access/actor.ts'
import type { Call, Implementations, StreamCall } from '../http/endpoint-implementation.ts'
import type { Download } from '../http/file-download.ts'
import { milliseconds } from '../http/times.ts'
import type { Store } from '../store/database.ts'
import { auditDocuments } from './audit-document.ts'
import { CSV_HEADER, toCsv, toJsonLines } from './audit-export.ts'
import type { AuditFilter, AuditReader } from './audit-reader.ts'
import type { AuditVerifier, AuditVerdict as Verdict } from './audit-verifier.ts'
import { visibleEntries } from './audit-visibility.ts'
import { breakInWords } from './audit-words.ts'

export interface AuditRoutesOptions {
  store: Store
  auditReader: AuditReader
  auditVerifier: AuditVerifier
}

export function auditRoutes(options: AuditRoutesOptions): Implementations {
  const { store, auditReader } = options
  return {
    'audit.list': {
      async page({ actor, query }, page) {
        const { items, total } = await auditReader.list(filterOf(actor, query), page)
        return { items: await auditDocuments(store.db, items), total }
      },
    },
    'audit.export': { download: call => exported(options, call) },
    'audit.verify': { stream: async call => verifying(options, call) },
  }
}

function filterOf(actor: Actor, { from, to, ...query }: Call<'audit.list'>['query']): AuditFilter {
  return { ...query, from: milliseconds(from), to: milliseconds(to), visible: visibleEntries(actor) }
}

const FORMATS = {
  json: { contentType: 'application/x-ndjson; charset=utf-8', header: '', write: toJsonLines },
  csv: { contentType: 'text/csv; charset=utf-8; header=present', header: CSV_HEADER, write: toCsv },
}

/** An export takes data out of the platform, so it leaves an entry though nothing changes. */
async function exported(options: AuditRoutesOptions, call: Call<'audit.export'>): Promise<Download> {
  const { format = 'json', ...query } = call.query
  const { contentType, header, write } = FORMATS[format]
  call.audit({ target: { kind: 'audit' }, after: { format, ...query } })
  const filter = filterOf(call.actor, query)
  const filename = `audit-${new Date().toISOString().slice(0, 10)}.${format === 'csv' ? 'csv' : 'jsonl'}`
  return { filename, contentType, chunks: chunksOf(options, { filter, header, write, signal: call.signal }) }
}

async function* chunksOf(
  { store, auditReader }: AuditRoutesOptions,
  {
    filter,
    header,
    write,
    signal,
  }: {
    filter: AuditFilter
    header: string
    write: (entries: readonly AuditEntry[]) => string
    signal: AbortSignal
  },
): AsyncIterable<string> {
  if (header !== '') yield header
  for await (const rows of auditReader.all(filter)) {
    signal.throwIfAborted()
    yield write(await auditDocuments(store.db, rows))
  }
}

/** Progress as it goes, and the verdict as the last event. */
async function* verifying(
  { store, auditVerifier }: AuditRoutesOptions,
  { query, signal }: StreamCall<'audit.verify'>,
): AsyncIterable<{ event: AuditVerdict }> {
  const progress: number[] = []
  let news = Promise.withResolvers<void>()
  const onProgress = (checked: number) => {
    progress.push(checked)
    news.resolve()
  }
  const known = query.known === undefined ? undefined : parseHead(query.known)
  const done = auditVerifier.verify({ known, signal, onProgress })
  done.catch(() => undefined) // awaited below
  for (let ended = false; !ended; ) {
    ended = await Promise.race([done.then(() => true), news.promise.then(() => false)])
    news = Promise.withResolvers()
    const checked = progress.splice(0).at(-1)
    if (checked !== undefined) yield { event: { type: 'progress', checked } }
  }
  yield { event: await verdictDocument(store, await done) }
}

async function verdictDocument({ db }: Store, verdict: Verdict): Promise<AuditVerdict> {
  if (verdict.intact) {
    const { head } = verdict
    return { type: 'end', intact: true, checked: head.count, head: `${head.count}:${head.hash}`, break: null }
  }
  const { checked, break: found, entry } = verdict
  const [shown = null] = await auditDocuments(db, entry ? [entry] : [])
  const { why, sequence } = found
  const broken = { why, sequence, message: breakInWords(found), entry: shown }
  return { type: 'end', intact: false, checked, head: null, break: broken }
}

function parseHead(text: string): ChainHead {
  const [count, hash] = text.split(':') as [string, string]
  return { count: Number(count), hash }
}

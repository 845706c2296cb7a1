/** From what happened to the row that tells of it: who, what, on what, from where, and nothing secret. Pure. */
import { redact, scrubText } from '@seaworthy/kit'
import type { JsonValue } from '@seaworthy/kit/hash-chain'
import type { Actor } from '../access/actor.ts'
import type { ActorReference } from '../access/actor-finder.ts'
import type { AuditEntryRow } from '../store/schema.ts'
import { API_TOKEN_FORMAT } from '../tokens/token-format.ts'

/** Whom an entry names; a reference for what is done later than it was asked for. `platform`: nobody asked for it, the platform did it by itself. */
export type AuditActor = Actor | ActorReference | { kind: 'platform' }

export interface AuditTarget {
  /** A word of the glossary: `app`, `team`, `token`. */
  kind: string
  id?: string | null
  /** As it was called at that moment: it may be renamed or deleted later. */
  name?: string | null
}

/** The part of a Fastify request that an entry tells. */
export interface AuditRequest {
  id: string
  ip: string
  headers: { 'user-agent'?: string | undefined }
}

/** Shapes made for the entry by hand, with what matters to a reader; never a body or a row as it is. */
export type AuditFacts = Readonly<Record<string, unknown>>

export interface NewAuditEntry {
  actor: AuditActor
  /** Missing for what happened without a request: a job, a clean-up. */
  request?: AuditRequest | undefined
  /** As in the policy: `app:update`. */
  action: string
  target?: AuditTarget | undefined
  teamId?: string | null | undefined
  appId?: string | null | undefined
  /** `done` when missing. */
  outcome?: AuditEntryRow['outcome'] | undefined
  before?: AuditFacts | undefined
  after?: AuditFacts | undefined
}

/** A row without its place in the chain. */
export type AuditContent = Omit<AuditEntryRow, 'sequence' | 'previous_hash' | 'hash'>

const MAX_TEXT = 200
const MAX_FACTS_CHARS = 16_000
/** Of an address the first letter and the domain stay: enough to tell who was meant, and nobody's for ever. */
const EMAIL = /([\w+-])[\w.+-]{0,63}@((?:[\w-]{1,63}\.){1,8}[a-z]{2,63})/gi
/** Access, refresh and invitation tokens: a short prefix and at least 20 characters. */
const OTHER_TOKENS = /\bsw[a-z]_[\w-]{20,}/g

export function auditContent(entry: NewAuditEntry, { id, at }: { id: string; at: number }): AuditContent {
  const { actor, request, target } = entry
  return {
    id,
    at,
    actor_kind: actor.kind,
    actor_id: 'userId' in actor ? actor.userId : null,
    token_id: 'tokenId' in actor ? actor.tokenId : null,
    action: plainText(entry.action) ?? '',
    target_kind: plainText(target?.kind),
    target_id: plainText(target?.id),
    // A person may ask to be forgotten, and an entry is never changed: their name is looked up when it is shown.
    target_name: target?.kind === 'person' ? null : plainText(target?.name),
    team_id: entry.teamId ?? null,
    app_id: entry.appId ?? null,
    // The socket file has no addresses; who may open it is on this machine.
    address: actor.kind === 'local' ? 'local' : plainText(request?.ip),
    user_agent: plainText(request?.headers['user-agent']),
    request_id: plainText(request?.id),
    outcome: entry.outcome ?? 'done',
    before_json: factsText(entry.before),
    after_json: factsText(entry.after),
  }
}

/** What the hash of an entry covers: each column but its place in the chain. */
export function chainedPart({ sequence, previous_hash, hash, ...content }: AuditEntryRow): JsonValue {
  return { ...content }
}

/**
 * One line of at most 200 characters. Control characters go, since entries are read in terminals; so do halves of
 * surrogate pairs, which a database would store as something else than what was hashed.
 */
function plainText(text: string | null | undefined): string | null {
  if (text === null || text === undefined || text === '') return null
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the point
  const visible = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g, ' ')
  return [...withoutSecrets(visible.toWellFormed())].slice(0, MAX_TEXT).join('')
}

function factsText(facts: AuditFacts | undefined): string | null {
  if (facts === undefined) return null
  const text = JSON.stringify(redact(facts), (_, value: unknown) =>
    typeof value === 'string' ? withoutSecrets(value.toWellFormed()) : value,
  )
  return text.length <= MAX_FACTS_CHARS ? text : JSON.stringify({ tooLong: true, fields: Object.keys(facts) })
}

/** The last line of defence: shapes are made so that none is in them. */
function withoutSecrets(text: string): string {
  const scrubbed = scrubText(text).replace(API_TOKEN_FORMAT.pattern, '[redacted]')
  return scrubbed.replace(OTHER_TOKENS, '[redacted]').replace(EMAIL, '$1…@$2')
}

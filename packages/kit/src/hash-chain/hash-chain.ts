/** A log in which each entry's hash covers the entry before it, so that nobody changes the past unnoticed. */
import { hash as digest } from 'node:crypto'
import { canonicalJson, type JsonValue } from './canonical-json.ts'

/** How far a chain goes. Kept elsewhere than the chain, it shows that the end was cut off or all was written anew. */
export interface ChainHead {
  /** The number of entries, which is the sequence of the last. */
  count: number
  hash: string
}

/** A stored entry. Sequences are 1, 2, 3 … */
export interface ChainLink {
  sequence: number
  /** What was logged, without the three other fields. */
  entry: JsonValue
  previousHash: string
  hash: string
}

/** The first place at which the chain does not hold. */
export type ChainBreak =
  /** The entry's content, its hash or its link to the one before is not what was written. */
  | { why: 'changed'; sequence: number }
  /** No entry has this sequence, though later ones exist or the head says so. */
  | { why: 'missing'; sequence: number }
  /** The entry is there, but in another place: entries were exchanged, or one was put before it. */
  | { why: 'reordered'; sequence: number; foundAt: number }
  /** Repeats an earlier entry, or stands after the head: it was not put there by who keeps the head. */
  | { why: 'added'; sequence: number }
  /** The chain holds in itself, but its entry of this sequence is not the one the head knows: it was written anew. */
  | { why: 'rewritten'; sequence: number }

export type ChainVerdict = { intact: true; head: ChainHead } | { intact: false; break: ChainBreak }

/** The head of a chain without entries. */
export const EMPTY_CHAIN: ChainHead = { count: 0, hash: '0'.repeat(64) }

/** The hash of the entry that follows `head`: SHA-256, in hex. Its sequence is `head.count + 1`. */
export function nextHash(head: ChainHead, entry: JsonValue): string {
  return hashOf(head.hash, head.count + 1, entry)
}

/**
 * Follows the chain from `after` (its beginning when missing) to its end, in memory for one link only.
 * @param links in the order in which they are stored
 * @param head what is known of the chain from elsewhere; without it, a cut end is not noticed
 */
export async function verifyChain(
  links: AsyncIterable<ChainLink> | Iterable<ChainLink>,
  { head, after = EMPTY_CHAIN }: { head?: ChainHead; after?: ChainHead } = {},
): Promise<ChainVerdict> {
  const iterator = iterate(links)
  let reached = after
  if (head?.count === after.count && head.hash !== after.hash) {
    return broken({ why: 'rewritten', sequence: head.count })
  }
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
    if (!follows(reached, next.value)) return broken(await nameBreak(reached, next.value, iterator))
    reached = { count: next.value.sequence, hash: next.value.hash }
    if (head?.count === reached.count && head.hash !== reached.hash) {
      return broken({ why: 'rewritten', sequence: head.count })
    }
    if (head && reached.count > head.count) return broken({ why: 'added', sequence: reached.count })
  }
  if (head && reached.count < head.count) return broken({ why: 'missing', sequence: reached.count + 1 })
  return { intact: true, head: reached }
}

function follows(head: ChainHead, { sequence, entry, previousHash, hash }: ChainLink): boolean {
  return sequence === head.count + 1 && previousHash === head.hash && hash === nextHash(head, entry)
}

/** The true successor may stand further on; only a look at all the rest tells. */
async function nameBreak(
  head: ChainHead,
  link: ChainLink,
  rest: AsyncIterator<ChainLink>,
): Promise<ChainBreak> {
  const sequence = head.count + 1
  let isThere = link.sequence === sequence
  for (let next = await rest.next(); !next.done; next = await rest.next()) {
    if (follows(head, { ...next.value, sequence })) {
      return { why: 'reordered', sequence, foundAt: next.value.sequence }
    }
    isThere ||= next.value.sequence === sequence
  }
  if (isThere) return { why: 'changed', sequence }
  return link.sequence < sequence ? { why: 'added', sequence: link.sequence } : { why: 'missing', sequence }
}

/** JSON keeps the parts apart: nothing of an entry can pass for a part of the rest. */
function hashOf(previousHash: string, sequence: number, entry: JsonValue): string {
  return digest('sha256', canonicalJson([previousHash, sequence, entry]))
}

function broken(found: ChainBreak): ChainVerdict {
  return { intact: false, break: found }
}

async function* iterate(links: AsyncIterable<ChainLink> | Iterable<ChainLink>): AsyncGenerator<ChainLink> {
  yield* links
}

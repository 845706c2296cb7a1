/** What is wrong with the log, in words. Pure. */
import type { AuditBreak } from './audit-verifier.ts'

const SENTENCES: { [Why in AuditBreak['why']]: (found: Extract<AuditBreak, { why: Why }>) => string } = {
  changed: ({ sequence }) =>
    `Entry ${sequence} was changed: its content does not fit the hash that it was written with.`,
  missing: ({ sequence }) =>
    `Entry ${sequence} is missing: it was removed, or the end of the log was cut off there.`,
  reordered: ({ sequence, foundAt }) =>
    `Entry ${sequence} is not in its place: it was found at ${foundAt}. Entries were exchanged, or one was put in.`,
  added: ({ sequence }) => `Entry ${sequence} was put in by somebody else: the platform did not write it.`,
  rewritten: ({ sequence }) =>
    `The log was written anew: its entry ${sequence} is not the one that was known before.`,
  'head-lost': ({ sequence }) =>
    `The record of where the log ends was gone or forged at entry ${sequence}: entries before it may have been removed.`,
}

export function breakInWords(found: AuditBreak): string {
  return SENTENCES[found.why](found as never)
}

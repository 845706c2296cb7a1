import { SourceRefused } from '../errors.ts'
import { shownPath } from '../tree/tree-problem.ts'

/** Of Linux: NAME_MAX, and PATH_MAX less room for the store's own folders. */
const MAX_NAME_BYTES = 255
const MAX_PATH_BYTES = 3500

/** Deeper than any project nests; each level costs a step for every file below it, again and again. */
const MAX_DEPTH = 200

/**
 * The parts of an entry's path below the archive's root; empty for the root itself (`./`).
 * Throws `SourceRefused` for a name that is absolute, goes up, holds NUL, or is too long or too deep to be a file's.
 */
export function parseEntryName(name: string): string[] {
  if (name.includes('\0')) throw invalidName(name, 'holds a NUL character')
  if (/^([/\\]|[a-z]:[/\\])/i.test(name)) throw outside(name, 'is an absolute path')
  const parts = name.split('/').filter(part => part !== '' && part !== '.')
  // Backslashes separate on Windows only, but nobody has an honest use for a name such as `..\x`.
  if (name.split(/[/\\]/).includes('..')) throw outside(name, "leads out of the archive's folder")
  if (Buffer.byteLength(name) > MAX_PATH_BYTES) throw invalidName(name, 'is too long')
  if (parts.length > MAX_DEPTH) throw invalidName(name, `lies more than ${MAX_DEPTH} folders deep`)
  if (parts.some(part => Buffer.byteLength(part) > MAX_NAME_BYTES)) throw invalidName(name, 'is too long')
  return parts
}

function outside(name: string, problem: string): SourceRefused {
  return new SourceRefused(
    'path_outside',
    `The entry ${shownPath(name)} ${problem}. Pack the folder again with relative paths, for example with ` +
      '`tar -czf app.tar.gz -C your-folder .`.',
  )
}

function invalidName(name: string, problem: string): SourceRefused {
  return new SourceRefused(
    'name_invalid',
    `The entry name ${shownPath(name)} ${problem}. Rename the file and pack it again.`,
  )
}

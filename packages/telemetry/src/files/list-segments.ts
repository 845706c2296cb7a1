import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type KeptSegment, parseSegmentName } from './segment-format.ts'

/** The segments in an app's folder, oldest first; none when there is no such folder. */
export async function listSegments(directory: string): Promise<KeptSegment[]> {
  const names = await readdir(directory).catch(noneIfMissing)
  const segments: KeptSegment[] = []
  for (const name of names.sort()) {
    const parsed = parseSegmentName(name)
    if (!parsed) continue
    const path = join(directory, name)
    segments.push({ ...parsed, path, bytes: (await stat(path)).size })
  }
  return segments
}

function noneIfMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return []
  throw error
}

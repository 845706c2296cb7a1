import { existsSync, renameSync, rmSync, statSync } from 'node:fs'

/**
 * Puts a grown file aside: `access.log` → `access.log.1` → … → `access.log.<keepFiles>`, the oldest is removed.
 * Several workers may ask for the same rotation; only the first finds a file that is large.
 * @returns whether the file was renamed, so that its writers must open a new one
 */
export function rotateFile({
  file,
  maxBytes,
  keepFiles,
}: {
  file: string
  maxBytes: number
  keepFiles: number
}): boolean {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (size < maxBytes) return false
  rmSync(`${file}.${keepFiles}`, { force: true })
  for (let number = keepFiles - 1; number >= 1; number--) {
    if (existsSync(`${file}.${number}`)) renameSync(`${file}.${number}`, `${file}.${number + 1}`)
  }
  if (keepFiles === 0) rmSync(file)
  else renameSync(file, `${file}.1`)
  return true
}

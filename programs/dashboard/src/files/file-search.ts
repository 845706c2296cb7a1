/** Which files a page shows, as its address says it. Pure. */
export interface FileSearch {
  /** Of the current release when neither is there. */
  release?: number
  volume?: string
  /** Below the root; the root when missing. */
  path?: string
  /** The path is to be looked at as one file. */
  view?: true
}

export function fileSearch({ release, volume, path, view }: Record<string, unknown>): FileSearch {
  return {
    ...(Number.isSafeInteger(release) && (release as number) > 0 && { release: release as number }),
    ...(isText(volume) && { volume }),
    ...(isText(path) && { path }),
    ...(isText(path) && view === true && { view }),
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

export function joinPath(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}

export function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Each folder on the way to a path, with its own path: `a/b` is `a`, then `b`. */
export function pathSteps(path: string): { name: string; path: string }[] {
  if (path === '') return []
  const names = path.split('/')
  return names.map((name, index) => ({ name, path: names.slice(0, index + 1).join('/') }))
}

/** Where a link leads within the files, by its words alone; undefined when that is outside, or it says nothing. */
export function linkTarget(path: string, target: string | null): string | undefined {
  if (target === null || target === '' || target.startsWith('/')) return undefined
  const parts = path.split('/').slice(0, -1)
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.join('/')
}

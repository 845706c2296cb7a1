export type TreeProblemReason =
  | 'link_outside'
  | 'special_file'
  | 'name_invalid'
  | 'too_many_entries'
  | 'too_large'

/**
 * Something in a tree that no source and no artifact may hold. A plain error without imports: it is thrown in worker
 * threads and in the CLI too, which should not load the server's parts. Each package makes its own error of it.
 */
export class TreeProblem extends Error {
  readonly reason: TreeProblemReason

  constructor(reason: TreeProblemReason, message: string) {
    super(message)
    this.name = 'TreeProblem'
    this.reason = reason
  }
}

/** A path as a message shows it: short, and without characters that would break the line. */
export function shownPath(path: string): string {
  const clean = JSON.stringify(path.length > 200 ? `${path.slice(0, 197)}...` : path)
  return `'${clean.slice(1, -1)}'`
}

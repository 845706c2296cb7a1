import { shownPath, TreeProblem } from './tree-problem.ts'

/** As many as Linux follows before it gives up (path_resolution(7)). */
const MAX_HOPS = 40

/**
 * Throws a `TreeProblem` for the first symbolic link that leads out of its tree. Keys are paths from the tree's root,
 * values the links' targets. Links are followed through one another, since `a -> b/..` may leave although neither
 * looks like it. A link to nothing is fine as long as that nothing lies inside: a build may make it.
 */
export function checkLinks(links: ReadonlyMap<string, string>): void {
  for (const [path, target] of links) {
    if (!leavesTree(path, target, links)) continue
    throw new TreeProblem(
      'link_outside',
      `The link ${shownPath(path)} points to ${shownPath(target)}, outside of the folder. ` +
        'Replace it with the file itself, or with a relative link to a file inside.',
    )
  }
}

function leavesTree(path: string, target: string, links: ReadonlyMap<string, string>): boolean {
  const at = path.split('/').slice(0, -1)
  let pending = target.split('/')
  if (target.startsWith('/')) return true
  for (let hops = 0; hops <= MAX_HOPS; ) {
    const part = pending.shift()
    if (part === undefined) return false
    if (part === '' || part === '.') continue
    if (part === '..' && at.pop() === undefined) return true
    if (part === '..') continue
    at.push(part)
    const next = links.get(at.join('/'))
    if (next === undefined) continue
    if (next.startsWith('/')) return true
    at.pop()
    pending = [...next.split('/'), ...pending]
    hops++
  }
  return false // a loop: nobody can follow it anywhere
}

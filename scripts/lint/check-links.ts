import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { headingAnchors, relativeLinks } from './markdown-links.ts'

/** Every relative link of these Markdown files that leads nowhere: a missing file, or a heading that is not there. */
export async function brokenLinks(root: string, files: string[]): Promise<string[]> {
  const broken = await Promise.all(
    files.map(async file => {
      const markdown = await readFile(join(root, file), 'utf8')
      const checks = relativeLinks(markdown).map(async ({ line, target }) => {
        const problem = await problemOf(join(root, file), target)
        return problem ? [`${file}:${line}  ${problem}`] : []
      })
      return (await Promise.all(checks)).flat()
    }),
  )
  return broken.flat()

  async function problemOf(from: string, target: string): Promise<string | undefined> {
    const [path = '', anchor] = decodeURIComponent(target).split('#')
    const file = path === '' ? from : path.startsWith('/') ? join(root, path) : join(dirname(from), path)
    if (!existsSync(file)) return `links to ${target}, but there is no ${relative(root, file)}`
    if (!anchor || !file.endsWith('.md')) return undefined
    const anchors = headingAnchors(await readFile(file, 'utf8'))
    return anchors.has(anchor)
      ? undefined
      : `links to ${target}, but ${relative(root, file)} has no such heading`
  }
}

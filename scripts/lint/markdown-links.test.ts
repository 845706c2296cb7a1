import { expect, test } from 'vitest'
import { headingAnchors, relativeLinks } from './markdown-links.ts'

test('finds the links that lead into the repository', () => {
  const markdown = [
    'See [a](docs/a.md), [b](<docs/b.md>) and ![c](c.png "title").',
    'Not [x](https://example.org) or [y](mailto:a@example.org) or `[z](z.md)`.',
    '```md',
    '[in a fence](nowhere.md)',
    '```',
    '[d](#part)',
    '[e]: ../e.md',
  ].join('\n')

  expect(relativeLinks(markdown)).toEqual([
    { line: 1, target: 'docs/a.md' },
    { line: 1, target: 'docs/b.md' },
    { line: 1, target: 'c.png' },
    { line: 6, target: '#part' },
    { line: 7, target: '../e.md' },
  ])
})

test('makes anchors of headings as GitHub does', () => {
  const markdown =
    '# What runs, and `why`\n\n```sh\n# not a heading\n```\n## Steps\n## Steps\n### [Link](x.md) here\n'

  expect([...headingAnchors(markdown)]).toEqual(['what-runs-and-why', 'steps', 'steps-1', 'link-here'])
})

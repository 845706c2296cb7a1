import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  realpathSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { systemPart, temporaryFolder } from '@seaworthy/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type TreeContent, writeTree } from '../../test/source-fixture.ts'
import { describeTree } from './tree-digest.ts'
import { checkLinks } from './tree-links.ts'

const lacksLinux = await systemPart.missing('linux')

function makeTree(content: TreeContent): string {
  return writeTree(temporaryFolder().path, content)
}

const TREE: TreeContent = { 'a.txt': 'a', 'b/c.txt': 'c', 'b/run': 'x:run', link: '-> b/c.txt', empty: null }

describe('the digest of a tree', () => {
  test('is the same whatever the order of writing, the times and the owner', async () => {
    const one = makeTree(TREE)
    const other = makeTree(Object.fromEntries(Object.entries(TREE).reverse()))
    utimesSync(join(other, 'a.txt'), 1, 1)
    if (process.getuid?.() === 0) chownSync(join(other, 'a.txt'), 1234, 1234)
    chmodSync(join(other, 'b'), 0o700)

    const summary = await describeTree(one)

    expect(summary).toMatchObject({
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      sizeBytes: 5,
      entries: 6,
    })
    expect(await describeTree(other)).toEqual(summary)
  })

  test.each<[string, TreeContent]>([
    ['content', { ...TREE, 'a.txt': 'b' }],
    ['a name', { ...omit(TREE, 'a.txt'), 'a.tx': 'a' }],
    ['an x bit', { ...TREE, 'a.txt': 'x:a' }],
    ['a target of a link', { ...TREE, link: '-> b/run' }],
    ['a file for a link', { ...TREE, link: 'b/c.txt' }],
    ['a folder less', omit(TREE, 'empty')],
    ['a folder for an empty file', { ...TREE, empty: '' }],
    ['a file moved into a folder', { ...omit(TREE, 'a.txt'), 'b/a.txt': 'a' }],
  ])('differs for another tree: %s', async (_what, content) => {
    const [one, other] = [makeTree(TREE), makeTree(content)]

    expect((await describeTree(other)).digest).not.toBe((await describeTree(one)).digest)
  })

  test('does not depend on whether a thread of its own read the tree, and the event loop stays free', async () => {
    const large = makeTree({})
    for (let folder = 0; folder < 40; folder++) {
      mkdirSync(join(large, `folder${folder}`))
      for (let file = 0; file < 50; file++)
        writeFileSync(join(large, `folder${folder}/${file}.js`), `// ${file}`)
    }
    writeFileSync(join(large, 'video.bin'), Buffer.alloc(32 * 1024 * 1024, 'x'))
    const first = await describeTree(large)
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()

    const again = await describeTree(large)

    delay.disable()
    expect(again).toEqual(first)
    expect(again.entries).toBe(2041)
    // The 32 MB alone take longer than this: held in one go they would show. Generous for busy machines.
    expect(delay.percentile(50) / 1e6).toBeLessThan(20)
  })

  test('needs no valid UTF-8 to say no', async () => {
    const root = makeTree({})
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff, 0xfe])]), '')

    await expect(describeTree(root)).rejects.toMatchObject({ reason: 'name_invalid' })
  })

  test.skipIf(lacksLinux)('refuses a pipe, in a small tree and in a large one', async () => {
    const small = makeTree({ a: 'a' })
    expect(spawnSync('mkfifo', [join(small, 'pipe')]).status).toBe(0)
    const large = makeTree({ 'a/big': 'x'.repeat(1_000_000) })
    for (let file = 0; file < 3000; file++) writeFileSync(join(large, `a/${file}`), 'x'.repeat(5000))
    expect(spawnSync('mkfifo', [join(large, 'z')]).status).toBe(0)

    await expect(describeTree(small)).rejects.toMatchObject({ reason: 'special_file', message: /'pipe'/ })
    await expect(describeTree(large)).rejects.toMatchObject({ reason: 'special_file' })
  })

  test('refuses more entries or bytes than allowed', async () => {
    const root = makeTree(TREE)

    await expect(describeTree(root, { maxEntries: 5 })).rejects.toMatchObject({ reason: 'too_many_entries' })
    await expect(describeTree(root, { maxBytes: 4 })).rejects.toMatchObject({ reason: 'too_large' })
    await expect(describeTree(root, { maxEntries: 6, maxBytes: 5 })).resolves.toMatchObject({ entries: 6 })
  })
})

describe('links of a tree', () => {
  test.each([
    ['to a neighbour', { a: 'b' }],
    ['to nothing, inside', { 'x/y/a': '../../gone/deep' }],
    ['to the root itself', { 'x/a': '..' }],
    ['in a circle', { a: 'b', b: 'a' }],
  ])('stay when they point %s', (_what, links) => {
    expect(() => checkLinks(new Map(Object.entries(links)))).not.toThrow()
  })

  test.each([
    ['up and out', { a: '../x' }],
    ['to an absolute path', { a: '/etc/passwd' }],
    ['out after going in', { 'x/a': 'y/../../../z' }],
    ['out through another link', { 'd/up': '..', a: 'd/up/../x' }],
    ['out through two links', { 'd/e/up': '../..', b: 'd/e/up', a: 'b/../x' }],
    ['through a link with an absolute path', { b: '/etc', a: 'b/passwd' }],
  ])('are refused when they point %s', (_what, links) => {
    expect(() => checkLinks(new Map(Object.entries(links)))).toThrow(/outside of the folder/)
  })

  test('that pass never lead out, as the kernel follows them', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd')
    const target = fc.array(fc.constantFrom('a', 'b', 'c', 'd', '..', '.'), { minLength: 1, maxLength: 5 })
    const path = fc.array(name, { minLength: 1, maxLength: 3 })
    const links = fc.array(fc.tuple(path, target), { minLength: 1, maxLength: 6 })
    using folder = temporaryFolder()
    let round = 0
    let passed = 0

    fc.assert(
      fc.property(links, pairs => {
        const root = join(folder.path, `deep-${round++}`, 'root')
        const made = makeLinks(root, pairs)
        try {
          checkLinks(made)
        } catch {
          return
        }
        passed += 1
        for (const link of made.keys()) expect(`${followed(join(root, link)) ?? root}/`).toContain(`${root}/`)
      }),
      { numRuns: 300 },
    )
    expect(passed).toBeGreaterThan(30)
  })
})

/** Makes what can be made of the links, and returns that. */
function makeLinks(root: string, pairs: [string[], string[]][]): Map<string, string> {
  mkdirSync(root, { recursive: true })
  const made = new Map<string, string>()
  for (const [parts, target] of pairs) {
    const folder = parts.slice(0, -1).join('/')
    const isBelowLink = parts.some((_, index) => made.has(parts.slice(0, index).join('/')))
    if (isBelowLink) continue
    try {
      mkdirSync(join(root, folder), { recursive: true })
      symlinkSync(target.join('/'), join(root, parts.join('/')))
      made.set(parts.join('/'), target.join('/'))
    } catch {} // taken already
  }
  return made
}

function followed(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}

function omit(content: TreeContent, path: string): TreeContent {
  return Object.fromEntries(Object.entries(content).filter(([key]) => key !== path))
}

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { silentLogger } from '@seaworthy/kit'
import { describeTree } from '@seaworthy/source/tree'
import { systemPart, temporaryFolder, waitFor } from '@seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type ArtifactStoreOptions, createArtifactStore } from './index.ts'

const lacksMounts = await systemPart.missing('linux', 'root')

function makeStore(options: Partial<ArtifactStoreOptions> = {}) {
  const { path } = temporaryFolder()
  const directory = join(path, 'artifacts')
  const store = createArtifactStore({ directory, log: silentLogger, sweepGraceMs: 0, ...options })
  return { store, directory, path }
}

let made = 0

/** A finished build's tree on the store's file system. */
function makeTree(parent: string, files: Record<string, string> = { 'index.js': 'serve()' }): string {
  const tree = join(parent, `build${made++}`)
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(tree, name, '..'), { recursive: true })
    writeFileSync(join(tree, name), content)
  }
  return tree
}

const modeOf = (path: string) => (lstatSync(path).mode & 0o7777).toString(8)

describe('putting an artifact', () => {
  test('moves the tree, names it by content, and keeps it once', async () => {
    const { store, directory, path } = makeStore()
    const [first, second] = [makeTree(path), makeTree(path)]
    const { ino } = statSync(join(first, 'index.js'))

    const artifact = await store.put(first)
    const again = await store.put(second)

    expect(artifact).toMatchObject({ digest: (await describeTree(artifact.path)).digest, sizeBytes: 7 })
    expect(statSync(join(artifact.path, 'index.js')).ino).toBe(ino)
    expect(again).toEqual(artifact)
    expect(await store.open(artifact.digest)).toEqual(artifact)
    expect([existsSync(first), existsSync(second)]).toEqual([false, false])
    expect(readdirSync(directory)).toHaveLength(2) // it and tmp
    expect(readdirSync(join(directory, 'tmp'))).toEqual([])
  })

  test('makes files read-only and drops setuid, and keeps links inside', async () => {
    const { store, path } = makeStore()
    const tree = makeTree(path, { 'bin/run': 'run', 'lib/a.js': 'a', 'lib/odd': 'odd' })
    chmodSync(join(tree, 'bin/run'), 0o4775)
    chmodSync(join(tree, 'lib/odd'), 0o600)
    chmodSync(join(tree, 'lib'), 0o2770)
    symlinkSync('../bin/run', join(tree, 'lib/link'))

    const artifact = await store.put(tree)

    const modes = ['bin/run', 'lib/a.js', 'lib/odd', 'lib', '.'].map(file =>
      modeOf(join(artifact.path, file)),
    )
    expect(modes).toEqual(['555', '444', '444', '755', '755'])
    expect(readFileSync(join(artifact.path, 'lib/link'), 'utf8')).toBe('run')
  })

  test.skipIf(lacksMounts)('takes the files from the user that built them', async () => {
    const { store, path } = makeStore()
    const tree = makeTree(path)
    symlinkSync('index.js', join(tree, 'link'))
    for (const name of ['.', 'index.js']) chownSync(join(tree, name), 54321, 54321)

    const artifact = await store.put(tree)

    for (const name of ['.', 'index.js', 'link']) expect(lstatSync(join(artifact.path, name)).uid).toBe(0)
  })

  test.each([
    ['an absolute link', '/etc/passwd'],
    ['a link that goes up', '../../../../etc/passwd'],
  ])('refuses %s and leaves the tree to its builder', async (_what, target) => {
    const { store, directory, path } = makeStore()
    const tree = makeTree(path)
    symlinkSync(target, join(tree, 'evil'))

    await expect(store.put(tree)).rejects.toMatchObject({ code: 'artifact_link_outside', message: /'evil'/ })

    expect(existsSync(join(tree, 'index.js'))).toBe(true)
    expect(readdirSync(directory)).toEqual(['tmp'])
  })

  test('refuses a pipe, and fails plainly for a folder that is not there', async () => {
    const { store, path } = makeStore()
    const tree = makeTree(path)
    expect(spawnSync('mkfifo', [join(tree, 'pipe')]).status).toBe(0)

    await expect(store.put(tree)).rejects.toMatchObject({ code: 'artifact_special_file' })
    await expect(store.put(join(path, 'gone'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test.skipIf(lacksMounts)(
    'from another file system copies, and a full disk there harms nothing',
    async () => {
      const { path: mounted } = temporaryFolder()
      expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', mounted]).status).toBe(0)
      onTestFinished(() => {
        expect(spawnSync('umount', [mounted]).status).toBe(0)
      })
      const store = createArtifactStore({ directory: join(mounted, 'artifacts'), log: silentLogger })
      const { path } = temporaryFolder()
      const fits = makeTree(path, { 'bin/a': 'a' })
      chmodSync(join(fits, 'bin/a'), 0o755)
      const large = makeTree(path, { large: 'x'.repeat(3_000_000) })

      const artifact = await store.put(fits)
      await expect(store.put(large)).rejects.toMatchObject({ code: 'disk_full', status: 507 })

      expect(modeOf(join(artifact.path, 'bin/a'))).toBe('555')
      expect([existsSync(fits), existsSync(large)]).toEqual([false, true])
      expect(readdirSync(join(mounted, 'artifacts', 'tmp'))).toEqual([])
    },
  )

  test('of trees that share files with a cache by hard links leaves the cache whole', async () => {
    const { store, path } = makeStore({ sweepGraceMs: 0 })
    const cache = makeTree(path, { 'dep.js': 'dep' })
    const tree = makeTree(path)
    linkSync(join(cache, 'dep.js'), join(tree, 'dep.js'))

    await store.put(tree)
    await store.sweep(new Set())

    expect(readFileSync(join(cache, 'dep.js'), 'utf8')).toBe('dep')
  })
})

describe('the sweep', () => {
  test('removes what no release names and nothing else', async () => {
    const { store, directory, path } = makeStore()
    const kept = await store.put(makeTree(path, { a: 'kept' }))
    const dropped = await store.put(makeTree(path, { a: 'dropped!' }))
    mkdirSync(join(directory, 'not-an-artifact'))

    expect(await store.sweep(new Set([kept.digest]))).toEqual({ removed: 1, freedBytes: 8 })

    expect(await store.open(dropped.digest)).toBeUndefined()
    expect(readFileSync(join(kept.path, 'a'), 'utf8')).toBe('kept')
    expect(readdirSync(directory).sort()).toEqual([kept.digest.slice(7), 'not-an-artifact', 'tmp'].sort())
  })

  test('running all the time never takes one that is being put, new or known', async () => {
    const { store, path } = makeStore({ sweepGraceMs: 5_000 })
    let isPutting = true
    const sweeping = (async () => {
      while (isPutting) {
        await store.sweep(new Set())
        await nextTurn()
      }
    })()

    const puts = Array.from({ length: 30 }, async (_, round) => {
      const artifact = await store.put(makeTree(path, { a: `${round % 4}`, b: 'b' }))
      expect(readFileSync(join(artifact.path, 'a'), 'utf8')).toBe(`${round % 4}`)
    })
    await Promise.all(puts)
    isPutting = false
    await sweeping
  })

  test('after kill -9 in the middle of putting finds whole artifacts only, and frees the rest', async () => {
    const { directory, path } = makeStore()
    const work = join(path, 'work')
    const program = fileURLToPath(new URL('../test/putting-program.ts', import.meta.url))
    for (const wantedLines of [1, 4, 9]) {
      const putting = spawn(process.execPath, [program, directory, work], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let lines = 0
      putting.stdout.on('data', chunk => {
        lines += String(chunk).split('\n').length - 1
      })
      await waitFor(() => lines >= wantedLines, { what: 'some artifacts to be put' })
      putting.kill('SIGKILL')
      await once(putting, 'close')
    }
    const store = createArtifactStore({ directory, log: silentLogger, sweepGraceMs: 0 })
    const names = readdirSync(directory).filter(name => name !== 'tmp')

    expect(names.length).toBeGreaterThanOrEqual(9)
    for (const name of names) {
      const { path: tree, digest } = (await store.open(`sha256:${name}`))!
      expect((await describeTree(tree)).digest).toBe(digest)
    }
    ageTemporary(directory)
    expect((await store.sweep(new Set())).removed).toBe(names.length)
    expect(readdirSync(directory)).toEqual(['tmp'])
    expect(readdirSync(join(directory, 'tmp'))).toEqual([])
  })
})

test('a digest that is none opens nothing', async () => {
  const { store } = makeStore()

  for (const digest of ['', 'x', 'sha256:..', `sha256:${'0'.repeat(64)}`]) {
    expect(await store.open(digest)).toBeUndefined()
  }
})

/** As if the process that left them had died hours ago. */
function ageTemporary(directory: string): void {
  const hoursAgo = new Date(Date.now() - 3 * 3_600_000)
  for (const name of readdirSync(join(directory, 'tmp')))
    utimesSync(join(directory, 'tmp', name), hoursAgo, hoursAgo)
}

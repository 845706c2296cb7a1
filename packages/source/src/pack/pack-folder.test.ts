import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { systemPart, temporaryFolder, waitFor } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { makeRepository } from '../../test/git-fixture.ts'
import { makeStore, readTree, type TreeContent, writeTree } from '../../test/source-fixture.ts'
import { packFolder } from './index.ts'

const lacksGit = await systemPart.missing('git')

/** What arrives when a folder is packed and uploaded: its files, without the folders. */
async function arrivals(folder: string): Promise<string[]> {
  const { stream } = await packFolder(folder)
  const { path } = await makeStore().store.fromArchive(stream)
  return Object.entries(readTree(path)).flatMap(([file, content]) => (content === null ? [] : [file]))
}

function makeFolder(content: TreeContent): string {
  return writeTree(temporaryFolder().path, content)
}

describe('packing a folder', () => {
  test('sends all of it, whatever the names, and counts it', async () => {
    const content = {
      '@odd/-n': 'x:1',
      'ü 1': '22',
      'a/b/c': '333',
      empty: null,
      link: '-> a',
      'only/one': '',
    }
    const folder = makeFolder(content)
    const { store } = makeStore()

    const packed = await packFolder(folder)

    expect(packed).toMatchObject({ files: 5, totalBytes: 6 })
    expect((await store.fromArchive(packed.stream)).digest).toBe((await store.fromDirectory(folder)).digest)
  })

  test('keeps the one folder in it a folder', async () => {
    expect(await arrivals(makeFolder({ 'public/index.html': 'hi' }))).toEqual(['public/index.html'])
  })

  test('leaves out .git and node_modules at any depth, and sockets', async () => {
    const folder = makeFolder({
      '.git/config': '',
      'node_modules/x/a': '',
      'sub/node_modules/y': '',
      'sub/a': '',
      '.env': '',
    })
    const server = createServer().listen(join(folder, 'socket'))
    await waitFor(() => server.listening)

    expect(await arrivals(folder)).toEqual(['.env', 'sub/a'])
    server.close()
  })

  test('refuses a link that leads out before anything is sent', async () => {
    await expect(packFolder(makeFolder({ a: '-> ../b' }))).rejects.toMatchObject({ reason: 'link_outside' })
  })

  test('does not care where an ignored link leads', async () => {
    expect(await arrivals(makeFolder({ '.gitignore': 'venv\n', venv: '-> /usr', a: '' }))).toEqual([
      '.gitignore',
      'a',
    ])
  })

  test('fails with the reason when there is no such folder', async () => {
    await expect(packFolder('/nonexistent/folder')).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('fails when a file vanishes under it, rather than send half of it', async () => {
    const folder = makeFolder({ a: 'a', b: 'b' })
    const { stream } = await packFolder(folder)
    rmSync(join(folder, 'b'))

    await expect(makeStore().store.fromArchive(stream)).rejects.toMatchObject({
      code: 'source_upload_interrupted',
    })
  })
})

describe.skipIf(lacksGit)('.gitignore', () => {
  test('has the say that it has in git: nested files, negations, anchors, folders', async () => {
    const { path, git } = makeRepository({
      '.gitignore':
        '*.log\n/build\ntmp/\n!keep.log\n\\#odd\nfoo/*\n!foo/bar\n**/deep/*.txt\n# comment\n\nCase.txt\n',
      'sub/.gitignore': '!special.log\nlocal\n/anchored\n',
      'sub/dir/.gitignore': '*\n!.gitignore\n!wanted/\n!wanted/**\n',
    })
    writeTree(path, {
      ...{
        'a.log': '',
        'keep.log': '',
        'build/x': '',
        'sub/build/x': '',
        'tmp/keep.log': '',
        'sub/tmp/x': '',
        '#odd': '',
      },
      ...{
        'foo/a': '',
        'foo/bar/b': '',
        'x/deep/a.txt': '',
        'x/deep/y/a.txt': '',
        'case.txt': '',
        'Case.txt.d/Case.txt': '',
      },
      ...{
        'sub/special.log': '',
        'sub/other.log': '',
        'sub/local': '',
        'sub/more/local/x': '',
        'sub/anchored': '',
      },
      ...{ 'sub/more/anchored': '', 'sub/dir/a': '', 'sub/dir/wanted/b': '', 'sub/dir/wanted/c/d.js': '' },
    })

    const seenByGit = git(
      '-c',
      'core.quotePath=false',
      'ls-files',
      '--cached',
      '--others',
      '--exclude-standard',
    ).split('\n')

    expect(await arrivals(path)).toEqual(seenByGit.sort())
  })

  test('of the folders above counts within the repository, and no further', async () => {
    const { path } = makeRepository({ '.gitignore': '.env\n/apps/web/dist\n', 'apps/.gitignore': '*.tmp\n' })
    const web = { '.env': '', 'dist/x': '', 'a.tmp': '', 'a.js': '', 'src/.env': '', 'src/dist/x': '' }
    writeTree(join(path, 'apps/web'), web)
    const outside = temporaryFolder().path
    writeTree(outside, { '.gitignore': '*.js\n', 'app/a.js': '' })

    expect(await arrivals(join(path, 'apps/web'))).toEqual(['a.js', 'src/dist/x'])
    expect(await arrivals(join(outside, 'app'))).toEqual(['a.js'])
  })
})

describe('.dockerignore', () => {
  test.each<[string, string, string[], string[]]>([
    [
      'is anchored at the root',
      'a\n/b/\n./c\n',
      ['a/x', 'b/x', 'c', 'sub/a', 'sub/b/x'],
      ['sub/a', 'sub/b/x'],
    ],
    ['may reach down', '**/*.md\n', ['a.md', 'x/y/b.md', 'x/c'], ['x/c']],
    [
      'brings back what lies in an ignored folder',
      'docs\n!docs/keep\n',
      ['docs/a', 'docs/keep/b', 'x'],
      ['docs/keep/b', 'x'],
    ],
    [
      'may ignore all but a few',
      '*\n!src\n!package.json\n',
      ['src/a', 'src/b/c', 'x', 'package.json'],
      ['package.json', 'src/a', 'src/b/c'],
    ],
    ['lets the last line decide', '!a\na\nb\n!b\n', ['a', 'b'], ['b']],
    ['may hold comments and nonsense', '# a\n\n/\n.\n!\n', ['a'], ['a']],
  ])('%s', async (_what, rules, files, expected) => {
    const folder = makeFolder(Object.fromEntries(files.map(file => [file, ''])))
    writeTree(folder, { '.dockerignore': `${rules}\n.dockerignore\n` })

    expect(await arrivals(folder)).toEqual(expected)
  })

  test('and .gitignore both take away', async () => {
    const folder = makeFolder({
      '.gitignore': 'a\n',
      '.dockerignore': 'b\n!a\n.*ignore\n',
      a: '',
      b: '',
      c: '',
    })

    expect(await arrivals(folder)).toEqual(['c'])
  })
})

test('packing needs none of the server’s parts', () => {
  const script = `
    const loaded = []
    const { registerHooks } = await import('node:module')
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
    await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)})
    process.stdout.write(loaded.filter(url => /fastify|pino|yauzl|zod|kit/.test(url)).join())
  `
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  })

  expect([status, stdout]).toEqual([0, ''])
})

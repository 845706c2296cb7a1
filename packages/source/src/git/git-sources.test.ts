import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createLogger } from '@seaworthy/kit'
import { systemPart, waitFor } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { listen, makeRepository, runGit, smartHttp } from '../../test/git-fixture.ts'
import { leftovers, makeStore, readTree, writeTree } from '../../test/source-fixture.ts'

const lacksGit = await systemPart.missing('git')
const lacksLinux = await systemPart.missing('linux')

describe.skipIf(lacksGit)('a source from a repository', () => {
  test('is what was last committed, without .git, and the same as that folder uploaded', async () => {
    const { store, directory } = makeStore()
    const repository = makeRepository({ 'a.js': 'a', 'bin/x': 'x:run', 'lib/l': '-> ../a.js' })
    writeTree(repository.path, { 'uncommitted.js': 'no' })

    const source = await store.fromGit({ url: repository.url })

    expect(source.commit).toBe(repository.first)
    expect(readTree(source.path)).toEqual({
      'a.js': 'a',
      bin: null,
      'bin/x': 'x:run',
      lib: null,
      'lib/l': '-> ../a.js',
    })
    const { commit, ...stored } = source
    expect(await store.open(source.digest)).toEqual(stored)
    expect(commit).toHaveLength(40)
    expect(leftovers(join(directory, 'tmp'))).toEqual([])
  })

  test('is that of the branch, tag or commit that was asked for', async () => {
    const { store } = makeStore()
    const repository = makeRepository({ 'v.txt': 'one' })
    repository.git('tag', '-a', 'v1', '-m', 'annotated')
    const second = repository.commit({ 'v.txt': 'two' })
    repository.git('branch', 'feature/x#1')
    repository.commit({ 'v.txt': 'three' })
    const versionAt = async (ref?: string) => {
      const { path } = await store.fromGit({ url: repository.url, ref })
      return readFileSync(join(path, 'v.txt'), 'utf8')
    }

    expect(await versionAt()).toBe('three')
    expect(await versionAt('main')).toBe('three')
    expect(await versionAt('v1')).toBe('one')
    expect(await versionAt('refs/tags/v1')).toBe('one')
    expect(await versionAt('feature/x#1')).toBe('two')
    expect(await versionAt(second)).toBe('two')
    expect(await versionAt(second.slice(0, 8))).toBe('two')
  })

  test('can be a folder of it, and one folder alone in a repository stays a folder', async () => {
    const { store } = makeStore()
    const { url } = makeRepository({ 'apps/web/index.js': 'web', 'apps/web/sub/a': 'a' })

    const whole = await store.fromGit({ url })
    const part = await store.fromGit({ url, subdirectory: '/apps/web/'.slice(1) })

    expect(readTree(whole.path)).toHaveProperty('apps/web/index.js')
    expect(readTree(part.path)).toEqual({ 'index.js': 'web', sub: null, 'sub/a': 'a' })
  })

  test('holds what the repository leaves out of its release archives, as it was committed', async () => {
    const { store } = makeStore()
    const attributes = 'test export-ignore\nversion.txt export-subst\n'
    const { url } = makeRepository({
      '.gitattributes': attributes,
      'test/a': 'a',
      'version.txt': '$Format:%H$',
    })

    expect(readTree((await store.fromGit({ url })).path)).toMatchObject({
      'test/a': 'a',
      'version.txt': '$Format:%H$',
    })
  })

  test('runs no hook, filter or configuration of anybody', async () => {
    const { store, directory } = makeStore()
    const repository = makeRepository({ '.gitattributes': '*.txt filter=evil\n', 'a.txt': 'plain' })
    const mark = join(directory, '..', 'evil-ran')
    repository.git('config', 'filter.evil.smudge', `touch ${mark}`)
    repository.git('config', 'uploadpack.packObjectsHook', `touch ${mark}`)
    writeTree(repository.path, { '.git/hooks/post-checkout': `x:#!/bin/sh\ntouch ${mark}\n` })

    const { path } = await store.fromGit({ url: repository.url })

    expect(readTree(path)).toMatchObject({ 'a.txt': 'plain' })
    expect(readdirSync(join(directory, '..'))).toEqual(['sources'])
  })

  test('leaves submodules as the empty folders that they are', async () => {
    const { store } = makeStore()
    const inner = makeRepository()
    const repository = makeRepository({ a: 'a' })
    repository.git('-c', 'protocol.file.allow=always', 'submodule', 'add', '--quiet', inner.url, 'inner')
    repository.commit({})

    const { path } = await store.fromGit({ url: repository.url })

    expect(readTree(path)).toMatchObject({ a: 'a', inner: null })
    expect(readTree(path)).not.toHaveProperty('inner/index.js')
  })

  test.each([
    ['a branch that is not there', { ref: 'nope' }, 'git_not_found', /no branch, tag or commit 'nope'/],
    ['a commit that is not there', { ref: 'a'.repeat(40) }, 'git_not_found', /no branch, tag or commit 'aaa/],
    ['a folder that is not there', { subdirectory: 'gone' }, 'git_subdirectory_invalid', /no folder 'gone'/],
    ['a file for a folder', { subdirectory: 'index.js' }, 'git_subdirectory_invalid', /no folder 'index.js'/],
  ])('is refused with a plain sentence for %s', async (_what, part, reason, message) => {
    const { store, directory } = makeStore()
    const { url } = makeRepository()

    await expect(store.fromGit({ url, ...part })).rejects.toMatchObject({ code: `source_${reason}`, message })
    expect(leftovers(directory)).toEqual([])
  })

  test('is refused with a link that leaves it, with too many files, and when there is nothing', async () => {
    const { store, directory } = makeStore({ limits: { maxEntries: 3 } })
    const links = makeRepository({ link: '-> ../../etc/passwd' })
    const many = makeRepository({ a: '1', b: '2', c: '3', d: '4' })
    const empty = makeRepository({})

    await expect(store.fromGit({ url: links.url })).rejects.toMatchObject({ code: 'source_link_outside' })
    await expect(store.fromGit({ url: many.url })).rejects.toMatchObject({ code: 'source_too_many_entries' })
    await expect(store.fromGit({ url: empty.url })).rejects.toMatchObject({ code: 'source_archive_empty' })
    await expect(store.fromGit({ url: `${many.url}-gone` })).rejects.toMatchObject({
      code: 'source_git_not_found',
    })
    expect(leftovers(directory)).toEqual([])
  })
})

describe.skipIf(lacksGit)('a source over HTTP', () => {
  test('comes from a smart server and from a folder of files alike', async () => {
    const { store } = makeStore({ git: { allowLocal: true } })
    const repository = makeRepository({ a: 'one' })
    const second = repository.commit({ a: 'two' })
    runGit(repository.path, ['update-server-info'])
    const files = await listen((request, response) => {
      try {
        response.end(readFileSync(join(repository.path, new URL(request.url ?? '', 'http://x').pathname)))
      } catch {
        response.writeHead(404).end()
      }
    })
    const smart = await listen(smartHttp(repository.path))

    for (const [url, ref] of [
      [`${smart}/.git`, undefined],
      [`${smart}/.git`, 'main'],
      [`${smart}/.git`, repository.first],
      [`${files}/.git`, 'main'],
      [`${files}/.git`, repository.first],
    ] as const) {
      const { commit, path } = await store.fromGit({ url, ref })
      expect(commit, `${url} ${ref}`).toBe(ref === repository.first ? repository.first : second)
      expect(readTree(path)).toEqual({ a: ref === repository.first ? 'one' : 'two' })
    }
  })

  test('uses the credentials of the URL, and neither shows nor logs them', async () => {
    const lines: string[] = []
    const log = createLogger({
      name: 'test',
      level: 'trace',
      destination: { write: line => void lines.push(line) },
    })
    const { store } = makeStore({ git: { allowLocal: true }, log })
    const repository = makeRepository()
    const serve = smartHttp(repository.path)
    const url = await listen((request, response) => {
      const wanted = `Basic ${Buffer.from('user:s3cr3t/pass').toString('base64')}`
      if (request.headers.authorization === wanted) serve(request, response)
      else response.writeHead(401, { 'www-authenticate': 'Basic' }).end()
    })
    const withPassword = (password: string) => `${url.replace('http://', `http://user:${password}@`)}/.git`

    const { commit } = await store.fromGit({ url: withPassword('s3cr3t%2Fpass') })
    const error = await store.fromGit({ url: withPassword('wr0ng') }).catch(caught => caught)

    expect(commit).toBe(repository.first)
    expect(error).toMatchObject({ code: 'source_git_sign_in_needed' })
    expect(lines.join()).toContain('source taken in')
    expect(JSON.stringify([lines, error.message, error.details])).not.toMatch(/s3cr3t|wr0ng/)
  })

  test('does not follow a redirect, and says so', async () => {
    const { store } = makeStore({ git: { allowLocal: true } })
    let visits = 0
    const target = await listen((_request, response) => {
      visits += 1
      response.end()
    })
    const url = await listen((request, response) => {
      response.writeHead(302, { location: `${target}${request.url}` }).end()
    })

    await expect(store.fromGit({ url: `${url}/.git` })).rejects.toMatchObject({
      code: 'source_git_failed',
      message: /present URL/,
    })
    expect(visits).toBe(0)
  })

  test.skipIf(lacksLinux)('ends git and its helpers at once when aborted or out of time', async () => {
    let requests = 0
    const url = `${await listen(() => void requests++)}/hangs-${process.pid}.git`
    const abort = new AbortController()
    const slow = makeStore({ git: { allowLocal: true } })
    const fetching = slow.store.fromGit({ url }, { signal: abort.signal }).catch(error => error)
    await waitFor(() => requests > 0, { what: 'git to ask the server' })
    expect(processesWith(url)).not.toEqual([])

    abort.abort(new Error('cancelled'))
    expect(await fetching).toMatchObject({ message: 'cancelled' })
    const hurried = makeStore({ git: { allowLocal: true, timeoutMs: 300 } })
    await expect(hurried.store.fromGit({ url })).rejects.toMatchObject({ code: 'source_git_timed_out' })

    await waitFor(() => processesWith(url).length === 0, { what: 'git and its helpers to be gone' })
    expect([leftovers(slow.directory), leftovers(hurried.directory)]).toEqual([[], []])
  })
})

describe('a git URL', () => {
  test.each([
    ['--upload-pack=touch /tmp/x', 'git_url_refused'],
    ['-ohttps://example.com/x', 'git_url_refused'],
    ['ext::sh -c touch% /tmp/x', 'git_url_refused'],
    ['ssh://git@example.com/x', 'git_url_refused'],
    ['git@example.com:x/y.git', 'git_url_refused'],
    ['git://example.com/x', 'git_url_refused'],
    ['http://example.com/x', 'git_url_refused'],
    ['/etc', 'git_url_refused'],
    ['', 'git_url_refused'],
    ['https://', 'git_url_refused'],
    ['https://example.com/x\n--upload-pack=x', 'git_url_refused'],
    ['https://example.com/x?a=b', 'git_url_refused'],
    ['file://server/share', 'git_url_refused'],
    ['https://localhost/x', 'git_address_refused'],
    ['https://127.0.0.1/x', 'git_address_refused'],
    ['https://127.1/x', 'git_address_refused'],
    ['https://0x7f000001/x', 'git_address_refused'],
    ['https://2130706433/x', 'git_address_refused'],
    ['https://0177.0.0.1/x', 'git_address_refused'],
    ['https://０x7f.1/x', 'git_address_refused'],
    ['https://user:pw@10.1.2.3/x', 'git_address_refused'],
    ['https://169.254.169.254/latest', 'git_address_refused'],
    ['https://192.168.0.1:8443/x', 'git_address_refused'],
    ['https://0.0.0.0/x', 'git_address_refused'],
    ['https://[::1]/x', 'git_address_refused'],
    ['https://[::]/x', 'git_address_refused'],
    ['https://[::ffff:10.0.0.1]/x', 'git_address_refused'],
    ['https://[::ffff:a00:1]/x', 'git_address_refused'],
    ['https://[64:ff9b::10.0.0.1]/x', 'git_address_refused'],
    ['https://[fe80::1]/x', 'git_address_refused'],
    ['https://[fd00::1]/x', 'git_address_refused'],
    ['https://[2002:7f00:1::]/x', 'git_address_refused'],
    ['https://there-is-no-such-host.invalid/x', 'git_not_found'],
  ])('such as %j is refused', async (url, reason) => {
    const { store, directory } = makeStore()

    await expect(store.fromGit({ url })).rejects.toMatchObject({ code: `source_${reason}` })
    expect(leftovers(directory)).toEqual([])
  })

  test('of a local address never reaches it', async () => {
    const { store } = makeStore()
    let connections = 0
    const server = createServer(() => void connections++).listen(0, '127.0.0.1')
    await waitFor(() => server.listening)
    const { port } = server.address() as { port: number }

    await expect(store.fromGit({ url: `https://localhost:${port}/x` })).rejects.toMatchObject({
      code: 'source_git_address_refused',
    })
    server.close()
    expect(connections).toBe(0)
  })

  test('of a file is refused where files are not allowed', async () => {
    const { store } = makeStore({ git: { allowFile: false } })

    await expect(store.fromGit({ url: 'file:///srv/x' })).rejects.toMatchObject({
      code: 'source_git_url_refused',
    })
  })

  test.each([
    '-x',
    '--upload-pack=x',
    'a..b',
    'a b',
    'main:evil',
    '+main',
    'a~1',
    'a^',
    'a*',
    '@{-1}',
    'x.lock',
    'a/',
    '',
    'a\nb',
  ])('with the ref %j is refused', async ref => {
    const { store } = makeStore()

    await expect(store.fromGit({ url: 'file:///srv/x', ref })).rejects.toMatchObject({
      code: 'source_git_ref_invalid',
    })
  })

  test.each(['../x', 'a/../../x', '/etc', '-x', 'a\0b', 'a\nb'])(
    'with the folder %j is refused',
    async subdirectory => {
      const { store } = makeStore()

      await expect(store.fromGit({ url: 'file:///srv/x', subdirectory })).rejects.toMatchObject({
        code: 'source_git_subdirectory_invalid',
      })
    },
  )
})

function processesWith(text: string): string[] {
  const pids = readdirSync('/proc').filter(name => /^\d+$/.test(name) && name !== String(process.pid))
  return pids.filter(pid => commandLine(pid).includes(text))
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return '' // ended meanwhile
  }
}

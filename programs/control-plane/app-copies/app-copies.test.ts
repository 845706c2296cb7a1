import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { packBundle } from '@seaworthy/source/pack'
import { temporaryFolder, waitFor } from '@seaworthy/testing'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { answers, appFolder, serves, TestPlatform } from '../test-platform.ts'

/** Whole deployments, beside whatever else runs on the machine. */
const PATIENT_MS = 60_000
vi.setConfig({ testTimeout: 2 * PATIENT_MS, hookTimeout: 2 * PATIENT_MS })
const PASSPHRASE = 'correct horse battery staple'
const SAYS = "response.end(process.env.WORD + ' ' + (process.env.KEY ?? 'no key'))"

let platform: TestPlatform

beforeAll(async () => {
  platform = await TestPlatform.start()
  await platform.goLive('shop', appFolder(serves(SAYS)))
  const params = { slug: 'shop' }
  await platform.api.call('env.update', {
    params,
    body: { set: { WORD: { value: 'hello' }, KEY: { value: 'k3y-of-the-shop', secret: true } } },
  })
  await platform.api.call('apps.update', { params, body: { tags: ['sales', 'internal'] } })
  await platform.api.call('traffic.update', {
    params,
    query: {},
    body: { headers: { 'X-Shop': 'yes' } },
  })
  await answering('shop', 'hello k3y-of-the-shop')
})

function answering(slug: string, body: string): Promise<unknown> {
  return waitFor(async () => (await platform.request(slug)).body === body, {
    what: `${slug} to say "${body}"`,
  })
}

async function exported(
  slug: string,
  body: { secrets?: boolean; passphrase?: string } = {},
): Promise<Buffer> {
  const { id } = await platform.api.call('apps.export', { params: { slug }, body })
  await waitFor(async () => (await jobOf(id)).file !== null, {
    timeoutMs: PATIENT_MS,
    what: 'the export to be written',
  })
  const chunks: Uint8Array[] = []
  for await (const chunk of await platform.api.download('appJobs.file', { params: { id } }))
    chunks.push(chunk)
  return Buffer.concat(chunks)
}

const jobOf = (id: string) => platform.api.call('appJobs.get', { params: { id } })

function importing(file: Buffer, fields: Record<string, string>) {
  return platform.api.importApp({ fields, filename: 'shop.tar.gz', stream: Readable.from([file]) })
}

describe('a clone', () => {
  test('runs the same artifact with the same settings and secrets, under its own name', async () => {
    const { app, deployment, notes } = await platform.api.call('apps.clone', {
      params: { slug: 'shop' },
      body: { slug: 'shop-two' },
    })

    expect(app).toMatchObject({ slug: 'shop-two', name: 'shop-two', tags: ['internal', 'sales'] })
    expect(deployment).toBe(1)
    expect(notes).toEqual(['Domains stay with the first app, and volumes begin empty.'])
    await answering('shop-two', 'hello k3y-of-the-shop')
    const params = { slug: 'shop-two' }
    const traffic = await platform.api.call('traffic.get', { params })
    expect(JSON.stringify(traffic)).toContain('X-Shop')
    const builds = await platform.api.call('builds.list', { params })
    expect(builds.map(({ number, state }) => [number, state])).toEqual([[1, 'succeeded']])
  })

  test('leaves secrets behind where that is asked, and says which', async () => {
    const { notes } = await platform.api.call('apps.clone', {
      params: { slug: 'shop' },
      body: { slug: 'shop-plain', secrets: false },
    })

    expect(notes[0]).toBe('Secrets that were left behind: KEY.')
    await answering('shop-plain', 'hello no key')
  })

  test('does not take a name that is taken, and leaves nothing', async () => {
    const cloning = platform.api.call('apps.clone', { params: { slug: 'shop' }, body: { slug: 'shop' } })

    await expect(cloning).rejects.toMatchObject({ code: 'slug_taken' })
  })
})

describe('an export', () => {
  test('has no value of a secret unless it is asked for, and makes an app that runs', async () => {
    const file = await exported('shop')

    const text = gunzipSync(file).toString('latin1')
    expect(text).toContain('hello')
    expect(text).not.toContain('k3y-of-the-shop')
    const { app, deployment, notes } = await importing(file, { slug: 'shop-moved' })
    expect(app).toMatchObject({ slug: 'shop-moved', name: 'shop', tags: ['internal', 'sales'] })
    expect(deployment).toBe(1)
    expect(notes).toEqual(['Secrets that have no value yet: KEY. Set them, then deploy.'])
    await answering('shop-moved', 'hello no key')
  })

  test('brings its secrets along under a passphrase, and under no other', async () => {
    const file = await exported('shop', { secrets: true, passphrase: PASSPHRASE })

    expect(gunzipSync(file).toString('latin1')).not.toContain('k3y-of-the-shop')
    await expect(
      importing(file, { slug: 'shop-wrong', passphrase: 'another passphrase' }),
    ).rejects.toMatchObject({ code: 'passphrase_wrong' })
    await expect(platform.api.call('apps.get', { params: { slug: 'shop-wrong' } })).rejects.toMatchObject({
      status: 404,
    })
    await importing(file, { slug: 'shop-sealed', passphrase: PASSPHRASE })
    await answering('shop-sealed', 'hello k3y-of-the-shop')
  })

  test('needs a passphrase for secrets', async () => {
    const exporting = platform.api.call('apps.export', { params: { slug: 'shop' }, body: { secrets: true } })

    await expect(exporting).rejects.toMatchObject({ code: 'passphrase_needed' })
  })
})

describe('a file that is no export', () => {
  /** With this as its first file, and a folder of code. */
  async function archive(name: string, content: string | { link: string }): Promise<Buffer> {
    const { path } = temporaryFolder()
    const head = join(path, name)
    if (typeof content === 'string') writeFileSync(head, content)
    else symlinkSync(content.link, head)
    const file = join(path, 'app.tar.gz')
    await packBundle({ file, head, folders: { code: appFolder(answers('1')) } })
    return readFileSync(file)
  }

  test.each([
    ['an archive without a manifest', () => archive('server.js', ''), 'not_an_export'],
    ['a manifest of nonsense', () => archive('seaworthy-app.json', '{"format":1}'), 'not_an_export'],
    [
      'a manifest that is a link',
      () => archive('seaworthy-app.json', { link: 'code/package.json' }),
      'not_an_export',
    ],
    [
      'a manifest that is a link out of the archive',
      () => archive('seaworthy-app.json', { link: '/etc/passwd' }),
      'source_link_outside',
    ],
    ['no archive at all', async () => Buffer.from('hello, I am no archive'), 'source_archive_format_unknown'],
  ])('%s is refused, and no app is made', async (_, make, code) => {
    await expect(importing(await make(), { slug: 'never-made' })).rejects.toMatchObject({ code })

    await expect(platform.api.call('apps.get', { params: { slug: 'never-made' } })).rejects.toMatchObject({
      status: 404,
    })
  })
})

describe('a bulk', () => {
  test('stops and starts several apps, tells what came of each, and leaves an audit entry for each', async () => {
    await platform.goLive('first', appFolder(answers('1')))
    await platform.goLive('second', appFolder(answers('2')))
    const all = ['first', 'nobody', 'second']
    const bulk = async (action: 'stop' | 'start') => {
      const { id } = await platform.api.call('apps.bulk', { body: { action, apps: all } })
      await waitFor(async () => (await jobOf(id)).state === 'succeeded', {
        timeoutMs: PATIENT_MS,
        what: `the ${action} of all`,
      })
      return (await jobOf(id)).apps.map(({ slug, state, reason }) => [slug, state, reason])
    }
    const missing = ['nobody', 'refused', 'There is no app nobody.']

    expect(await bulk('stop')).toEqual([['first', 'done', null], missing, ['second', 'done', null]])
    expect((await platform.request('first')).status).toBe(503)
    expect(await bulk('start')).toEqual([['first', 'done', null], missing, ['second', 'done', null]])

    await answering('first', '1')
    await answering('second', '2')
    const entries = await platform.api.call('audit.list', { query: { action: 'app:stop' } })
    expect(entries.map(({ target }) => target?.name).sort()).toEqual(['first', 'second'])
  })
})

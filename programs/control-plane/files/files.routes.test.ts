import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createArtifactStore } from '@seaworthy/artifacts'
import { silentLogger } from '@seaworthy/kit'
import { afterFile, temporaryFolder } from '@seaworthy/testing'
import { beforeAll, expect, test } from 'vitest'
import { addBuild } from '../http/test-apps.ts'
import { signInOwner, startTestControlPlane, type TestControlPlane } from '../http/test-control-plane.ts'

let platform: TestControlPlane
let token: string
let appId: string

beforeAll(async () => {
  platform = await startTestControlPlane({ cleanup: afterFile })
  token = (await signInOwner(platform, afterFile)).token
  appId = (await platform.apps.create({ slug: 'shop' })).id
  const { id: buildId } = await addBuild(platform, appId)
  const artifact = await artifactOf({ 'server.js': 'listen()\n', 'public/\u202egpj.html': '<b>' })
  await addRelease(buildId, artifact)
  await addRelease(buildId, 'image:sha256:feed')
  await addRelease(buildId, `sha256:${'0'.repeat(64)}`)
  const volume = join(platform.folder, 'volumes', appId, 'data')
  mkdirSync(volume, { recursive: true })
  writeFileSync(join(volume, 'guests.csv'), 'name\nAda\n')
  symlinkSync('/etc', join(volume, 'etc'))
})

test('a release is listed, looked into and downloaded', async () => {
  const listed = await get('releases/1/files')
  const view = await get('releases/v1/files/view?path=server.js')
  const file = await ask('releases/1/files/content?path=server.js')

  expect(listed.body.data.map(({ name }: { name: string }) => name)).toEqual(['public', 'server.js'])
  expect(listed.body.pagination).toMatchObject({ total: 2, hasNext: false })
  expect(view.body.data).toMatchObject({ path: 'server.js', preview: 'text', text: 'listen()\n' })
  expect(await file.text()).toBe('listen()\n')
  expect(file.headers.get('content-length')).toBe('9')
  expect(file.headers.get('content-type')).toBe('application/octet-stream')
  expect(file.headers.get('x-content-type-options')).toBe('nosniff')
})

test('a download has a harmless name, whatever the file is called', async () => {
  const path = encodeURIComponent('public/\u202egpj.html')
  const { headers } = await ask(`releases/1/files/content?path=${path}`)

  expect(headers.get('content-disposition')).toBe(
    `attachment; filename="-gpj.html"; filename*=UTF-8''-gpj.html`,
  )
})

test('a volume is listed and read, and what was read of it is in the audit log', async () => {
  const listed = await get('volumes/data/files')
  const view = await get('volumes/data/files/view?path=guests.csv')
  await (await ask('volumes/data/files/content?path=guests.csv')).text()

  expect(listed.body.data).toMatchObject([
    { name: 'etc', kind: 'link', target: '/etc' },
    { name: 'guests.csv', kind: 'file', sizeBytes: 9 },
  ])
  expect(view.body.data.text).toBe('name\nAda\n')
  const { body } = await get('', 'audit?action=app:files&limit=2')
  expect(body.data.map(({ after }: { after: object }) => after)).toEqual([
    { volume: 'data', file: 'guests.csv' },
    { volume: 'data', file: 'guests.csv' },
  ])
})

test.each([
  ['releases/9/files', 404, 'release_not_found'],
  ['releases/2/files', 409, 'release_is_image'],
  ['releases/3/files', 404, 'release_files_gone'],
  ['releases/1/files?path=nothing', 404, 'file_not_found'],
  ['releases/1/files?path=server.js', 422, 'not_a_folder'],
  ['releases/1/files/content?path=public', 422, 'not_a_file'],
  ['volumes/none/files', 404, 'volume_not_found'],
  ['volumes/..%2f..%2fkeys/files', 400, 'invalid_input'],
  ['volumes/data/files?path=etc', 422, 'not_a_folder'],
  ['volumes/data/files/view?path=etc/passwd', 422, 'not_a_folder'],
  ['volumes/data/files/content?path=../../../keys/master.json', 400, 'invalid_input'],
  ['volumes/data/files/content?path=/etc/passwd', 400, 'invalid_input'],
  ['volumes/data/files/content', 400, 'invalid_input'],
  ['volumes/data/files?limit=101', 400, 'invalid_input'],
])('%s is refused with %i %s', async (path, status, code) => {
  const answer = await get(path)

  expect([answer.status, answer.body.code]).toEqual([status, code])
})

test('thousands of entries come by the page', async () => {
  const many = join(platform.folder, 'volumes', appId, 'many')
  mkdirSync(many)
  for (let index = 0; index < 3_000; index++) writeFileSync(join(many, `${index}`), '')

  const { body } = await get('volumes/many/files?page=30&limit=100')

  expect(body.pagination).toMatchObject({ total: 3_000, pages: 30, hasNext: false })
  expect(body.data).toHaveLength(100)
})

function ask(path: string, at = 'apps/shop/'): Promise<Response> {
  return fetch(`${platform.url}/api/v1/${at}${path}`, { headers: { authorization: `Bearer ${token}` } })
}

// biome-ignore lint/suspicious/noExplicitAny: the answers of many endpoints
async function get(path: string, at?: string): Promise<{ status: number; body: any }> {
  const response = await ask(path, at)
  return { status: response.status, body: await response.json() }
}

async function artifactOf(files: Record<string, string>): Promise<string> {
  const tree = join(temporaryFolder().path, 'tree')
  mkdirSync(join(tree, 'public'), { recursive: true })
  for (const [path, text] of Object.entries(files)) writeFileSync(join(tree, path), text)
  const store = createArtifactStore({ directory: join(platform.folder, 'artifacts'), log: silentLogger })
  return (await store.put(tree)).digest
}

function addRelease(buildId: string, artifactDigest: string) {
  return platform.releases.create({
    ...{ appId, artifactDigest, buildId, envVersion: 0, reason: 'deploy', createdBy: 'ada' },
    settings: { volumes: { data: '/data', fresh: '/fresh' } } as never,
  })
}
